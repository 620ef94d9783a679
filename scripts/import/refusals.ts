import { appendFileSync, writeFileSync } from "node:fs";
import type { WriteStream } from "node:tty";
import type { Line } from "./lines.ts";
import type { Progress } from "./progress.ts";

/** Lines that are refused, by number and reason, without what they hold. */
export type Refusals = {
  readonly count: number;
  add(line: Line, reasons: readonly string[]): void;
};

/** @param file where they are listed, made anew; among what is shown when undefined */
export function refusals(
  file: string | undefined,
  stderr: Pick<WriteStream, "write">,
  bar: Progress,
): Refusals {
  let count = 0;
  if (file !== undefined) writeFileSync(file, "");
  return {
    get count() {
      return count;
    },
    add({ number }, reasons) {
      count += 1;
      const text = reasons.map((reason) => `line ${number}: ${reason}\n`).join("");
      if (file !== undefined) return appendFileSync(file, text);
      bar.clear();
      stderr.write(text);
    },
  };
}
