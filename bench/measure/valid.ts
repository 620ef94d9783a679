import type { Progress } from "./rounds.ts";

/** What was measured, and why the rest was thrown away. */
export type Seen<T> = { readonly rounds: T[]; readonly voided: string[] };

export const nothingSeen = <T>(): Seen<T> => ({ rounds: [], voided: [] });

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * @param onVoid told why the work failed: a void round counts nowhere, but is not forgotten
 * @returns what the work gave, or nothing when it failed
 */
export async function valid<T>(
  name: string,
  progress: Progress,
  work: () => Promise<T>,
  onVoid: (reason: string) => void,
): Promise<T[]> {
  progress(name);
  try {
    return [await work()];
  } catch (error) {
    const reason = reasonOf(error);
    progress(`VOID ${name}: ${reason}`);
    onVoid(reason);
    return [];
  }
}
