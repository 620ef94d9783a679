import { createReadStream } from "node:fs";

/** @property text null for a line that is not UTF-8 or longer than any account is */
export type Line = {
  readonly number: number;
  readonly text: string | null;
  /** Bytes of the file up to its end. */
  readonly end: number;
};

const NEWLINE = 10;
const MAX_LINE = 64 * 1_024;

/** The lines of a file that are not blank, read strictly: no letter is guessed. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  let number = 0;
  let end = 0;
  const next = (bytes: Buffer, terminator: number): Line => {
    number += 1;
    end += bytes.length + terminator;
    return { number, text: decoded(bytes), end };
  };
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE, start)) {
      const line = next(rest.subarray(start, at), 1);
      start = at + 1;
      if (line.text !== "") yield line;
    }
    rest = rest.subarray(start);
  }
  const last = next(rest, 0);
  if (last.text !== "") yield last;
}

function decoded(bytes: Buffer): string | null {
  if (bytes.length > MAX_LINE) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes).trim();
  } catch {
    return null;
  }
}
