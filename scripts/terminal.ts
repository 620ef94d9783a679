import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { err, type Result } from "../src/domain/result.ts";
import type { SecretVariable } from "./local-runtime.ts";
import { decodedLine, pipedLine } from "./secret-line.ts";

/** With what a script that looks for something ends when it could not: 1 says that it found it. */
export const COULD_NOT_LOOK = 2;

/**
 * The arguments; what was misspelt ends the script in a line, not with a trace.
 *
 * @param code of that end
 */
export function argumentsOf<T extends ParseArgsConfig>(
  config: T,
  code = 1,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), code);
  }
}

export function fail(message: string, code = 1): never {
  console.error(message);
  return process.exit(code);
}

/**
 * The one way in for a secret: a variable, a line of the terminal, which does not show it, or the
 * whole of standard input when that is no terminal.
 *
 * @returns it, or why it is refused, for the operator
 */
export async function readSecret(
  variable: SecretVariable,
  prompt: string,
): Promise<Result<string, string>> {
  const given = process.env[variable];
  const line = given === undefined ? await readInput(prompt) : decodedLine(given);
  return line.ok ? line : err(`The secret ${line.error}. Nothing was done.`);
}

const readInput = async (prompt: string) =>
  process.stdin.isTTY ? decodedLine(await readHidden(prompt)) : pipedLine(process.stdin);

async function readHidden(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const further: string[] = [];
  lines.on("line", (line) => further.push(line));
  try {
    const first = await lines.question("");
    // Further pasted lines belong to the input, so that it is refused and not cut short.
    return [first, ...further, ...(lines.line === "" ? [] : [lines.line])].join("\n");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
