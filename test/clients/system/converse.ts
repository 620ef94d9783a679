import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Door } from "./software.ts";

/*
 * Libraries in other languages: the snippet stands in a file of its own, beside a driver that
 * reads a token a line and answers with a line of JSON, `{"subject": …}` or `{"refused": …}`.
 */

export const DRIVERS = join(import.meta.dirname, "drivers");

/** A driver that runs, as a door: one token after the other. */
export function converse(child: ChildProcess): Door {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null) throw new Error("a driver has pipes");
  let complaints = "";
  stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async show(token) {
      stdin.write(`${token}\n`);
      const { value, done } = await answers.next();
      if (done) return { kind: "broken", how: complaints };
      const { subject, refused } = JSON.parse(value);
      if (refused !== undefined) return { kind: "refused", how: refused };
      return { kind: "accepted", subject };
    },
    async close() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      stdin.end();
      if (child.exitCode === null) await gone;
    },
  };
}
