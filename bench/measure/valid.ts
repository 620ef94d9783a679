import type { Progress } from "./rounds.ts";

/** @returns what the work gave, or nothing when it failed: a void round counts nowhere */
export async function valid<T>(
  name: string,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T[]> {
  progress(name);
  try {
    return [await work()];
  } catch (error) {
    progress(`VOID ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
