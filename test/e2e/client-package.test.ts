import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyProject, type ProjectCopy } from "../support/dev-server.ts";
import { type Consumer, installClient, packClient } from "../support/packed-client.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let project: ProjectCopy;
let consumer: Consumer;
let files: readonly string[];

beforeAll(() => {
  project = copyProject();
  const packed = packClient(project.directory);
  files = packed.files;
  const packages = ["jose", "hono"].map((name) => [name, join(ROOT, "node_modules", name)]);
  consumer = installClient(packed.tarball, Object.fromEntries(packages));
});

afterAll(() => {
  consumer?.remove();
  project.remove();
});

const text = (path: string): string =>
  readFileSync(join(consumer.directory, "node_modules/auth-service", path), "utf8");

const importsOf = (path: string): string[] =>
  [...text(path).matchAll(/\b(?:from|import)\s*\(?"([^"]+)"/g)].map(([, name = ""]) => name);

it("the tarball is the manifest, a README, the licence and the modules that the exports need", () => {
  const modules = new Set(["dist/client/index", "dist/browser/index"]);
  for (const module of modules) {
    for (const name of [...importsOf(`${module}.js`), ...importsOf(`${module}.d.ts`)]) {
      if (!name.startsWith(".")) continue;
      modules.add(posix.join(posix.dirname(module), name.replace(/\.[jt]s$/, "")));
    }
  }
  const needed = [...modules].flatMap((module) => [`${module}.js`, `${module}.d.ts`]);
  expect(files).toEqual(["LICENSE", "README.md", ...needed, "package.json"].sort());
  expect(text("LICENSE")).toBe(readFileSync(join(ROOT, "LICENSE"), "utf8"));
});

it("Node imports the installed client by the package's name", () => {
  const script = `import * as client from "auth-service/client";
    const verifier = client.createVerifier({ jwksUrl: "http://localhost", issuer: "i", audience: "a" });
    console.log(Object.keys(client).sort().join(), JSON.stringify(await verifier.verify("none")));`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: consumer.directory,
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe(
    'bearerToken,createVerifier,refusalOf,requireAuth {"ok":false,"code":"invalid_token"}\n',
  );
});

it("needs nothing but jose, its types nothing but hono, and the manifest says so", () => {
  const needs = (suffix: string) =>
    files
      .filter((name) => name.endsWith(suffix))
      .flatMap(importsOf)
      .filter((name) => !name.startsWith("."));
  const manifest = JSON.parse(text("package.json"));
  expect([...new Set(needs(".js"))]).toEqual(Object.keys(manifest.dependencies));
  expect([...new Set(needs(".d.ts"))]).toEqual(Object.keys(manifest.peerDependencies));
  expect(manifest.peerDependenciesMeta).toEqual({ hono: { optional: true } });
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
  writeFileSync(join(consumer.directory, "mistakes.ts"), MISTAKES);
  const lines = MISTAKES.trimEnd().split("\n");
  const first = lines.indexOf("// MISTAKES") + 2;
  const flags = "--strict --noEmit --skipLibCheck --module esnext --moduleResolution bundler";
  const run = spawnSync(
    join(ROOT, "node_modules/.bin/tsc"),
    [...flags.split(" "), "--ignoreConfig", "--target", "es2024", "mistakes.ts"],
    { cwd: consumer.directory, encoding: "utf8" },
  );
  const wrong = [...run.stdout.matchAll(/^mistakes\.ts\((\d+),/gm)].map(([, line]) => Number(line));
  const mistakes = Array.from({ length: lines.length - first + 1 }, (_, index) => first + index);
  expect([...new Set(wrong)]).toEqual(mistakes);
});
