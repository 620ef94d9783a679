import { parseArgs } from "node:util";

/** Options of `wrangler dev` that choose vars, in every spelling that wrangler reads. */
const OPTIONS = {
  var: { type: "string", multiple: true },
  env: { type: "string", short: "e" },
  config: { type: "string", short: "c" },
} as const;

/**
 * Turns `Server-Timing` on where it may be: for the development configuration, on this machine.
 *
 * @param args those of `wrangler dev`, which come behind and count
 * @returns arguments for `wrangler dev`
 */
export function timingVar(args: readonly string[], env: NodeJS.ProcessEnv): string[] {
  // Not strict: the other options are wrangler's to judge.
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: false });
  const isOther = [values.env, values.config, env["CLOUDFLARE_ENV"]].some(Boolean);
  const vars = [values.var ?? []].flat().map(String);
  const isDecided = vars.some((one) =>
    /^SERVER_TIMING:|^ISSUER:(?!http:\/\/localhost\b)/.test(one),
  );
  return isOther || isDecided ? [] : ["--var", "SERVER_TIMING:true"];
}
