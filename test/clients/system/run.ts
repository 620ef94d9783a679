/**
 * `npm run clients:system`: software of Debian's, as it ships, by the snippets of docs/clients.md.
 * With names, only what is so named: `npm run clients:system -- nginx`.
 *
 * What cannot be tried is named, and no failure. Exits with 1 if anything takes a token that it
 * must not, or refuses one that is good.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import process from "node:process";
import { startService } from "../support/service.ts";
import { modAuthOpenidc, modOauth2 } from "./apache.ts";
import { dovecot } from "./dovecot.ts";
import { golangJwt, goOidc } from "./go.ts";
import { haproxy } from "./haproxy.ts";
import { tryOut } from "./judge.ts";
import { nginx } from "./nginx.ts";
import { authlib, pyjwt } from "./python.ts";
import type { Software } from "./software.ts";

const ALL: readonly Software[] = [
  nginx,
  haproxy,
  modAuthOpenidc,
  modOauth2,
  dovecot,
  pyjwt,
  authlib,
  goOidc,
  golangJwt,
];

/** Why it cannot be tried here, or null. */
function obstacle({ packages, needsRoot }: Software): string | null {
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ""));
  if (missing.length > 0) return `not installed (apt-get install ${missing.join(" ")})`;
  return needsRoot === true && userInfo().uid !== 0 ? "not tried (needs root)" : null;
}

function versionOf({ version: [command, ...args] }: Software): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return `${stdout}${stderr}`.split("\n")[0] ?? "";
}

async function main(names: readonly string[]): Promise<number> {
  const asked = ALL.filter(({ name }) =>
    names.every((part) => name.toLowerCase().includes(part.toLowerCase())),
  );
  if (asked.length === 0) throw new Error(`nothing is named ${names.join(" ")}`);
  for (const software of asked) {
    const reason = obstacle(software);
    if (reason !== null) console.log(`${software.name}: ${reason}`);
  }
  const able = asked.filter((software) => obstacle(software) === null);
  if (able.length === 0) return 0;
  const wrong = await tryAll(able);
  console.log(`\n${able.length} tried, ${asked.length - able.length} not, ${wrong} wrong`);
  return wrong === 0 ? 0 : 1;
}

/** @returns how much was wrong */
async function tryAll(able: readonly Software[]): Promise<number> {
  const service = await startService();
  let wrong = 0;
  try {
    for (const software of able) {
      console.log(`\n${software.name}: ${versionOf(software)}`);
      for (const { what, is, isRight } of await tryOut(software, service)) {
        console.log(`  ${isRight ? "ok   " : "WRONG"} ${what}: ${is}`);
        if (!isRight) wrong += 1;
      }
    }
  } finally {
    await service.stop();
  }
  return wrong;
}

process.exitCode = await main(process.argv.slice(2));
