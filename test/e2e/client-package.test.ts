import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyProject, type ProjectCopy } from "../support/dev-server.ts";
import { runScript } from "../support/scripts.ts";

let project: ProjectCopy;

beforeAll(async () => {
  project = copyProject();
  expect(await runScript(project.directory, "build:client", [])).toMatchObject({ code: 0 });
});

afterAll(() => project.remove());

it("Node imports the built client by the package's name", () => {
  const script = `import * as client from "auth-service/client";
    const verifier = client.createVerifier({ jwksUrl: "http://localhost", issuer: "i", audience: "a" });
    console.log(Object.keys(client).sort().join(), JSON.stringify(await verifier.verify("none")));`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: project.directory,
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe('createVerifier,requireAuth {"ok":false,"code":"invalid_token"}\n');
});

it("the built client needs nothing but jose, and its types nothing but hono", () => {
  const dist = join(project.directory, "dist");
  const needs = (suffix: string) =>
    readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(suffix))
      .map((name) => readFileSync(join(dist, name), "utf8"))
      .flatMap((text) => [...text.matchAll(/\b(?:from|import)\s*\(?"([^"]+)"/g)])
      .flatMap(([, name = ""]) => (name.startsWith(".") ? [] : [name]));
  expect([...new Set(needs(".js"))]).toEqual(["jose"]);
  expect([...new Set(needs(".d.ts"))]).toEqual(["hono"]);
});

it("the browser's client is a few KiB, gzipped as it is built", () => {
  const browser = join(project.directory, "dist/browser");
  const scripts = readdirSync(browser).filter((name) => name.endsWith(".js"));
  const size = gzipSync(scripts.map((name) => readFileSync(join(browser, name))).join("")).length;
  expect(size).toBeGreaterThan(1_024);
  expect(size).toBeLessThan(5 * 1_024);
});

/** Each line of it below MISTAKES is one, and above there is none. */
const MISTAKES = `import { createVerifier, requireAuth } from "auth-service/client";
import type { RequireAuthOptions, VerifyOptions } from "auth-service/client";
const [route, question]: [RequireAuthOptions, VerifyOptions] = [{ permission: "a:b" }, {}];
requireAuth(route);
requireAuth({ maxStaleness: "offline", permissions: ["a:b", "a:c"] });
const options = { maxStaleness: 0, permision: "orders:delete" };
const both = { binding: { verify: async () => ({ ok: true }) }, jwksUrl: "https://issuer/jwks" };
const { verify } = createVerifier({ jwksUrl: "https://i/jwks", issuer: "i", audience: "a" });
verify("token", question);
verify("token", { maxStaleness: "offline", permissions: ["a", "b"].map((a) => a + ":read") });
// MISTAKES
requireAuth(options);
requireAuth({ permision: "orders:delete" });
requireAuth({ permissions: [] });
requireAuth({ permission: undefined });
requireAuth(undefined);
requireAuth("orders:delete");
verify("token", options);
verify("token", { permissions: undefined });
createVerifier(both);
`;

it("a mistake in the options does not compile, however lenient the rest of the project is", () => {
  writeFileSync(join(project.directory, "mistakes.ts"), MISTAKES);
  const lines = MISTAKES.trimEnd().split("\n");
  const first = lines.indexOf("// MISTAKES") + 2;
  const flags = "--strict --noEmit --skipLibCheck --module esnext --moduleResolution bundler";
  const run = spawnSync(
    join(project.directory, "node_modules/.bin/tsc"),
    [...flags.split(" "), "--ignoreConfig", "--target", "es2024", "mistakes.ts"],
    { cwd: project.directory, encoding: "utf8" },
  );
  const wrong = [...run.stdout.matchAll(/^mistakes\.ts\((\d+),/gm)].map(([, line]) => Number(line));
  const mistakes = Array.from({ length: lines.length - first + 1 }, (_, index) => first + index);
  expect([...new Set(wrong)]).toEqual(mistakes);
});
