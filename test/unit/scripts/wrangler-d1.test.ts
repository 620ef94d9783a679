import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readRows } from "../../../scripts/wrangler-d1.ts";

const LOCAL = { environment: undefined, remote: false, directory: undefined };
const REMOTE = { environment: "production", remote: true, directory: undefined };

/** Where alone programs are looked for. */
let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "path-"));
  vi.stubEnv("PATH", path);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(path, { recursive: true });
});

/** What a script says when wrangler fails, or is not there. */
const complaint = (target: typeof LOCAL | typeof REMOTE): string => {
  try {
    readRows(target, "select 1");
  } catch (error) {
    return String(error);
  }
  return "none";
};

describe("a script that asks D1 through wrangler", () => {
  it("says so when there is no wrangler", () => {
    expect(complaint(LOCAL)).toMatch(/wrangler cannot be run: .*npm ci/);
  });

  it("says how the missing tables are made, which differs at Cloudflare", () => {
    const program = `#!${process.execPath}\nconsole.log("no such table: users"); process.exit(1);`;
    writeFileSync(join(path, "wrangler"), program, { mode: 0o700 });
    expect(complaint(LOCAL)).toContain("`npm run dev` does");
    const apply = "`wrangler d1 migrations apply DB --remote --env production` does";
    expect(complaint(REMOTE)).toContain(apply);
  });
});
