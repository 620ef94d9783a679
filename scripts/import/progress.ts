import type { WriteStream } from "node:tty";

const WIDTH = 30;
const CLEAR_LINE = "\r\x1b[2K";

/** Goes to a stream beside what is printed: a bar where somebody watches, else a line a batch. */
export type Progress = {
  /** @param done of 1 */
  show(done: number, what: string): void;
  /** Takes the bar away, so that a line may be printed. */
  clear(): void;
};

export function progress(stream: Pick<WriteStream, "write" | "isTTY">): Progress {
  if (!stream.isTTY) {
    return {
      show: (done, what) => void stream.write(`${percent(done)}: ${what}\n`),
      clear: () => undefined,
    };
  }
  return {
    show(done, what) {
      const full = Math.floor(done * WIDTH);
      const bar = "#".repeat(full) + ".".repeat(WIDTH - full);
      stream.write(`${CLEAR_LINE}[${bar}] ${percent(done)}: ${what}`);
    },
    clear: () => void stream.write(CLEAR_LINE),
  };
}

const percent = (done: number): string => `${Math.floor(done * 100)} %`;
