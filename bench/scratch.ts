import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const MEMORY = "/dev/shm";

/** Where servers keep their files: in memory, so that no disk is measured. */
export function memoryDirectory(): string {
  try {
    statfsSync(MEMORY);
    return MEMORY;
  } catch {
    console.error(
      `no ${MEMORY}: the servers' files are in ${tmpdir()}, and its disk is in all figures`,
    );
    return tmpdir();
  }
}

/** @returns a directory that is gone when the process ends, however it ends */
export function scratch(parent: string): string {
  const directory = mkdtempSync(join(parent, "auth-service-bench-"));
  // A server that was killed a moment ago may still write.
  const last = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  process.on("exit", () => rmSync(directory, last));
  return directory;
}

/** What listens for the exit stops the servers and removes their files. */
export function exitOnSignals(): void {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  process.once("SIGHUP", () => process.exit(129));
}
