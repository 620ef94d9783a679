import { existsSync } from "node:fs";
import { argumentsOf, fail } from "../terminal.ts";
import type { Target } from "../wrangler-d1.ts";
import type { LineRules } from "./user-line.ts";

/** What `users:import` is asked for on its command line. */
export type ImportArguments = {
  readonly file: string;
  readonly fromLine: number;
  readonly target: Target;
  /** Where refused lines are listed, if not on standard error. */
  readonly refusedFile: string | undefined;
  readonly rules: LineRules;
};

const USAGE = "Say which file: npm run users:import -- users.ndjson [--env production --remote]";

/** @param now Unix milliseconds */
export function readArguments(now: number): ImportArguments {
  const { values, positionals } = argumentsOf({
    allowPositionals: true,
    options: {
      env: { type: "string" },
      remote: { type: "boolean", default: false },
      "persist-to": { type: "string" },
      refused: { type: "string" },
      "from-line": { type: "string", default: "1" },
      "allow-plain-sha2": { type: "boolean", default: false },
    },
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) fail(USAGE);
  if (!existsSync(file)) fail(`There is no file ${file}.`);
  const fromLine = Number(values["from-line"]);
  if (!Number.isInteger(fromLine) || fromLine < 1) fail("--from-line takes a line's number.");
  return {
    file,
    fromLine,
    target: { environment: values.env, remote: values.remote, directory: values["persist-to"] },
    refusedFile: values.refused,
    rules: { now, allowPlainSha2: values["allow-plain-sha2"] },
  };
}
