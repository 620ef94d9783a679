import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Consumer } from "../support/packed-client.ts";
import { PACKAGES, PATH, type Packaged, packaged, ROOT_PACKAGES } from "./support/packaged.ts";
import { snippet, snippetNames } from "./support/snippets.ts";

/*
 * The client library's tarball, as those see it who install it: judged by publint and
 * are-the-types-wrong, compiled against as its README says, and weighed.
 */

const README = readFileSync(join(import.meta.dirname, "../../packages/client/README.md"), "utf8");
const ORIGINS = { issuer: "https://auth.example.com" };

let library: Packaged;
let plain: Consumer;

beforeAll(() => {
  library = packaged();
  plain = library.consumer();
});

afterAll(() => library?.remove());

type Run = { readonly status: number | null; readonly output: string };

function run(directory: string, program: string, ...args: readonly string[]): Run {
  const env = { ...process.env, PATH, NO_COLOR: "1", DO_NOT_TRACK: "1" };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: directory,
    env,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

it("publint has nothing against it", () => {
  const { status, output } = run(plain.directory, "publint", "--strict", library.tarball);
  expect([status, output]).toEqual([0, expect.stringContaining("All good!")]);
});

it("its types are right wherever ES modules are", () => {
  const checked = run(plain.directory, "attw", "--profile", "esm-only", library.tarball);
  expect(checked).toMatchObject({ status: 0 });
  expect(checked.output).toContain('"auth-service/client"');
  expect(checked.output).toContain('"auth-service/browser"');
});

const isExample = (name: string): boolean => /^(client|browser)-/.test(name);

const EXAMPLES = snippetNames().filter((name) => isExample(name) && name !== "client-bindings");

/** Two compilers: the one that most have, and the service's own. */
const COMPILERS = {
  "TypeScript 5.9": { tsc: join(PACKAGES, ".bin/tsc"), module: "nodenext", resolution: "nodenext" },
  "TypeScript 7": { tsc: join(ROOT_PACKAGES, ".bin/tsc"), module: "esnext", resolution: "bundler" },
} as const;

const FLAGS = "--strict --exactOptionalPropertyTypes --noEmit --target es2023";

/** The library's declarations are compiled as well, and not the examples alone. */
const LIBRARIES = ["--skipLibCheck", "false", "--lib", "es2023,dom,dom.iterable"];

describe.each(["TypeScript 5.9", "TypeScript 7"] as const)("with %s", (compiler) => {
  const { tsc, module, resolution } = COMPILERS[compiler];

  function compile(directory: string, names: readonly string[]): Run {
    const files = names.map((name) => `${name}.ts`);
    for (const name of names) {
      writeFileSync(join(directory, `${name}.ts`), snippet(name, ORIGINS));
    }
    const modules = ["--module", module, "--moduleResolution", resolution];
    return run(directory, tsc, ...FLAGS.split(" "), ...LIBRARIES, ...modules, ...files);
  }

  it.each(["hono", "hono-oldest"])("every example of the README compiles, with %s", (hono) => {
    expect(EXAMPLES.length).toBeGreaterThan(10);
    const { directory } = library.consumer({ hono: join(PACKAGES, hono) });
    expect(compile(directory, EXAMPLES)).toEqual({ status: 0, output: "" });
  });

  it("what needs no Hono compiles without it", () => {
    const names = EXAMPLES.filter((name) => name !== "client-worker");
    expect(compile(plain.directory, names)).toEqual({ status: 0, output: "" });
  });
});

it.each([
  ["client", 9],
  ["browser", 2.5],
])("%s is as small as the README says: %d KiB, minified and gzipped", (entry, stated) => {
  expect(README).toMatch(new RegExp(`\`auth-service/${entry}\` (is )?${stated} KiB`));
  const { directory } = plain;
  const [source, bundle] = [`${entry}.js`, `${entry}.bundle.js`];
  writeFileSync(join(directory, source), `export * from "auth-service/${entry}";\n`);
  const built = run(directory, "bun", "build", source, "--minify", "--outfile", bundle);
  expect(built).toMatchObject({ status: 0 });
  const kibibytes = gzipSync(readFileSync(join(directory, bundle))).length / 1_024;
  expect(kibibytes).toBeLessThan(stated);
  expect(kibibytes).toBeGreaterThan(stated * 0.8);
});
