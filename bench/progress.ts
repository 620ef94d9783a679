import process from "node:process";
import type { Progress } from "./measure/rounds.ts";

/**
 * How long it has taken, how long it may still take, and what is going on: one line again and
 * again on a terminal, elsewhere a line each. What was void stays to be read.
 *
 * @param estimate seconds
 */
export function progressTo(stream: NodeJS.WriteStream, estimate: number): Progress {
  return (line) => {
    const elapsed = process.uptime();
    const left = Math.max(0, estimate - elapsed);
    const text = `${clock(elapsed)}, some ${clock(left)} left  ${line}`;
    if (!stream.isTTY) stream.write(`${text}\n`);
    else if (line.includes("VOID ")) stream.write(`${CLEAR}${text}\n`);
    else stream.write(`${CLEAR}${text.slice(0, stream.columns - 1)}`);
  };
}

/** The line is overwritten by what comes next. */
const CLEAR = "\r\u001b[2K";

/** `7:05` */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
