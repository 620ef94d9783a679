import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnv } from "./dev-server.ts";

/** A project of somebody who uses the client library. */
export type Consumer = { readonly directory: string; remove(): void };

/**
 * Packs the client library of a project, as `npm publish` would.
 *
 * @returns the tarball, and what is in it by its path
 */
export function packClient(project: string): { tarball: string; files: readonly string[] } {
  const packed = npm(project, "pack", "--json", "-w", "packages/client");
  const listing: unknown = JSON.parse(packed);
  const { filename, files } = tarballOf(listing);
  return { tarball: join(project, filename), files: files.map(({ path }) => path).sort() };
}

type Tarball = { readonly filename: string; readonly files: readonly { readonly path: string }[] };

/** npm lists tarballs by place or, newer, by the package's name. */
function tarballOf(listing: unknown): Tarball {
  const [only]: Tarball[] = Object.values(listing ?? {});
  if (only === undefined) throw new Error(`npm packed nothing: ${JSON.stringify(listing)}`);
  return only;
}

/**
 * Installs a tarball with npm into a project of its own, without a network.
 *
 * @param packages directories of the other packages that the project has, by name
 */
export function installClient(
  tarball: string,
  packages: Readonly<Record<string, string>>,
): Consumer {
  const directory = mkdtempSync(join(tmpdir(), "auth-consumer-"));
  const others = Object.entries(packages).map(([name, at]) => [name, `file:${at}`]);
  const dependencies = { "auth-service": `file:${tarball}`, ...Object.fromEntries(others) };
  const manifest = { private: true, type: "module", dependencies };
  writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
  npm(directory, "install", "--offline", "--no-package-lock");
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function npm(directory: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd: directory,
    env: toolEnv(directory),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}
