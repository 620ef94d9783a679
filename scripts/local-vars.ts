import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { unstable_getVarsForDev, unstable_readConfig } from "wrangler";
import { isOnThisMachine } from "../src/core/config/config.ts";

/** Options of `wrangler dev` that choose vars, in every spelling that wrangler reads. */
const OPTIONS = {
  var: { type: "string", multiple: true },
  env: { type: "string", short: "e" },
  config: { type: "string", short: "c" },
  "env-file": { type: "string", multiple: true },
  envFile: { type: "string", multiple: true },
} as const;

type Project = { readonly directory: string; readonly env: NodeJS.ProcessEnv };

const HERE: Project = { directory: process.cwd(), env: process.env };

/**
 * Turns `Server-Timing` on where it may be: for the development configuration, on this machine.
 *
 * @param args those of `wrangler dev`, which come behind and count
 * @returns arguments for `wrangler dev`
 */
export function timingVar(args: readonly string[], { directory, env }: Project = HERE): string[] {
  // Not strict: the other options are wrangler's to judge.
  const { values, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  const isOther = [values.env, values.config, env["CLOUDFLARE_ENV"]].some(Boolean);
  if (isOther) return [];
  const files = [...valuesOf("env-file", tokens), ...valuesOf("envFile", tokens)];
  const configured = varsIn(join(directory, "wrangler.toml"), files);
  if (configured === null) return [];
  const vars = new Map([...configured, ...valuesOf("var", tokens).map(pairOf)]);
  const isDecided = vars.has("SERVER_TIMING");
  return isDecided || !isOnThisMachine(vars.get("ISSUER") ?? "")
    ? []
    : ["--var", "SERVER_TIMING:true"];
}

type Token = { readonly kind: string; readonly name?: string; readonly value?: unknown };

/** An option that is a list goes on until the next one: `--var A:b ISSUER:http://localhost`. */
function valuesOf(option: string, tokens: readonly Token[]): string[] {
  let current: string | undefined;
  return tokens.flatMap(({ kind, name, value }) => {
    if (kind !== "positional") current = name;
    return current === option && typeof value === "string" ? [value] : [];
  });
}

function pairOf(text: string): [string, string] {
  const [name = "", ...rest] = text.split(":");
  return [name, rest.join(":")];
}

/** Those of the configuration and of `.dev.vars`; null where wrangler will say what is wrong. */
function varsIn(config: string, envFiles: string[]): [string, string][] | null {
  try {
    const { vars, secrets } = unstable_readConfig({ config }, { hideWarnings: true });
    const files = envFiles.length === 0 ? undefined : envFiles;
    const read = unstable_getVarsForDev(config, files, vars, undefined, true, secrets);
    return Object.entries(read).flatMap(([name, { value }]) =>
      typeof value === "string" ? [[name, value]] : [],
    );
  } catch {
    return null;
  }
}
