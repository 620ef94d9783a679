import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { renderMail } from "../../src/core/mail/render.ts";
import type { Mail } from "../../src/use-cases/accounts/mail.ts";
import {
  copyProject,
  type DevServer,
  freePort,
  listenOn,
  type ProjectCopy,
  startScript,
  until,
} from "../support/dev-server.ts";
import { mailTo } from "../support/mailbox.ts";
import { LINK, someMail } from "../support/mails.ts";
import { someSecret } from "../support/model-secrets.ts";

const WORKER = "test/workers/send-mail.ts";
const APP = "localhost:3000";
const API_KEY = "re_canary_1";

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject();
  cpSync(join(import.meta.dirname, "../..", WORKER), join(project.directory, WORKER));
  // What docs/mail.md asks for: of the secrets wrangler passes on those that are required alone.
  const config = join(project.directory, "wrangler.toml");
  const required = (names: string) => `secrets.required = [${names}]`;
  const text = readFileSync(config, "utf8");
  writeFileSync(
    config,
    text.replace(required('"AUTH_SECRETS"'), required('"AUTH_SECRETS", "MAIL_API_KEY"')),
  );
  const secrets = `AUTH_SECRETS="${someSecret(1)}"\nMAIL_API_KEY="${API_KEY}"\n`;
  writeFileSync(join(project.directory, ".dev.vars"), secrets);
});
afterAll(() => project.remove());

async function start(...args: string[]): Promise<DevServer> {
  const port = await freePort();
  return startScript({
    directory: project.directory,
    script: "dev",
    args: [WORKER, ...listenOn(port), ...args],
    ports: [port],
    isReady: async () => (await fetch(`http://localhost:${port}/health/ready`)).ok,
  });
}

async function send(server: DevServer, mail: Mail): Promise<string> {
  const body = JSON.stringify(mail);
  return (await fetch(`${server.base}/send-mail`, { method: "POST", body })).text();
}

it("npm run dev writes mail to a file, and shows its subject, the file, and the link or the code", async () => {
  const server = await start();
  try {
    const reset = someMail();
    const code = someMail({ purpose: "sign_in_code", link: null });
    for (const mail of [reset, code]) {
      expect(await send(server, mail)).toBe("sent");
      const { subject, text } = renderMail(mail, APP);
      const shown = `Mail to ${mail.to}: ${subject}\n`;
      await until(async () => server.output().includes(shown), 10_000);
      const [written, ...more] = await mailTo(project.directory, mail.to);
      expect(more).toEqual([]);
      expect(written).toMatchObject({ subject, link: mail.link });
      expect(written?.text.trimEnd()).toBe(text.trimEnd());
      const path = relative(project.directory, written?.path ?? "");
      const asked = mail.link === null ? "31415926" : LINK;
      expect(server.output()).toContain(`${shown}${path}\n${asked}\n`);
    }
  } finally {
    await server.stop();
  }
});

it("with the address of an API it goes there, with its key and the same idempotency key each time", async () => {
  const asked: IncomingHttpHeaders[] = [];
  const api = createServer((request, response) => {
    asked.push(request.headers);
    // The first answer is lost.
    if (asked.length === 1) response.destroy();
    else response.writeHead(200, { "content-type": "application/json" }).end('{"id":"1"}');
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port } = api.address() as AddressInfo;
  const server = await start("--var", `MAIL_TRANSPORT:http://127.0.0.1:${port}/emails`);
  try {
    const mail = someMail();
    expect(await send(server, mail)).not.toBe("sent");
    expect(await send(server, mail)).toBe("sent");
    expect(asked).toHaveLength(2);
    for (const headers of asked) {
      expect(headers["idempotency-key"]).toBe(mail.idempotencyKey);
      expect(headers["authorization"]).toBe(`Bearer ${API_KEY}`);
    }
    expect(await mailTo(project.directory, mail.to)).toEqual([]);
    expect(server.output()).toContain("mail_failed");
    for (const secret of [API_KEY, mail.to, LINK, mail.idempotencyKey]) {
      expect(server.output()).not.toContain(secret);
    }
  } finally {
    await server.stop();
    api.close();
  }
});
