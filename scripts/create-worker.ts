/**
 * `npm run create -- ../my-api`
 *
 * Begins a Worker that uses the service: a copy of examples/starter under the name of its
 * directory, with the client library packed into it. Nothing that is there is overwritten.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { argumentsOf, fail } from "./terminal.ts";

const ROOT = join(import.meta.dirname, "..");
const STARTER = join(ROOT, "examples/starter");
const FILES = ["README.md", "package.json", "src", "tsconfig.json", "wrangler.toml"];

/** Local secrets and state must not be committed. */
const IGNORED = ["node_modules/", ".wrangler/", ".dev.vars*"];

/** What Cloudflare takes for the name of a Worker, and npm for that of a package. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function readDirectory(): string {
  const { positionals } = argumentsOf({ allowPositionals: true });
  const [wanted, ...further] = positionals;
  if (wanted === undefined || further.length > 0) {
    fail("Say where the Worker shall be: npm run create -- ../my-api");
  }
  const directory = resolve(wanted);
  if (!NAME.test(basename(directory))) {
    fail("The directory gives the Worker its name: lower case letters, digits and hyphens.");
  }
  return directory;
}

function makeEmpty(directory: string): void {
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0) fail(`${directory} is not empty. Nothing was done.`);
}

/** @returns the name of the file */
function packClient(directory: string): string {
  const args = ["pack", "-w", "packages/client", "--pack-destination", directory];
  const { status, stderr } = spawnSync("npm", args, { cwd: ROOT, encoding: "utf8" });
  const [tarball] = readdirSync(directory).filter((name) => name.endsWith(".tgz"));
  if (status === 0 && tarball !== undefined) return tarball;
  return fail(`The client library cannot be packed:\n${stderr}`);
}

/** In the copy alone: the repository's own finds the library in its workspace. */
function adapt(directory: string, file: string, was: RegExp, becomes: string): void {
  const path = join(directory, file);
  const text = readFileSync(path, "utf8");
  if (!was.test(text)) fail(`examples/starter/${file} has nothing that matches ${was}.`);
  writeFileSync(path, text.replace(was, becomes));
}

const directory = readDirectory();
makeEmpty(directory);
const tarball = packClient(directory);
for (const file of FILES) {
  cpSync(join(STARTER, file), join(directory, file), { recursive: true });
}
writeFileSync(join(directory, ".gitignore"), `${IGNORED.join("\n")}\n`);
const name = basename(directory);
adapt(directory, "package.json", /"name": "[^"]+"/, `"name": "${name}"`);
adapt(directory, "package.json", /"auth-service": "[^"]+"/, `"auth-service": "file:${tarball}"`);
adapt(directory, "wrangler.toml", /^name = "[^"]+"/, `name = "${name}"`);
adapt(
  directory,
  "README.md",
  /^In the repository[\s\S]*?^```\n[\s\S]*?^```\n/m,
  "```\nnpm install\nnpm run dev     # http://localhost:8788, beside auth-service by its own `npm run dev`\n```\n",
);
console.log(`Made ${directory}. Next:
    cd ${directory} && npm install
    npm run dev
  with the service running beside it (\`npm run dev\` here).`);
