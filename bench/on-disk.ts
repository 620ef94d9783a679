import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, runRounds } from "./measure/rounds.ts";
import type { Row } from "./results.ts";
import { authService } from "./servers/auth-service.ts";
import { refresh, signIn } from "./servers/auth-service-operations.ts";
import type { Server } from "./servers/server.ts";

/** `f_type` of tmpfs, whose files are in memory (statfs(2)). */
const TMPFS = 0x01021994;

const SERVER: Server = { ...authService, operations: [signIn("sign-in, node:crypto"), refresh] };

/**
 * Two of the operations that write, with the server's files on a disk instead of in memory: what is
 * more than in the other tables is the disk, and of this machine only.
 *
 * @param parent where on that disk
 */
export async function onDisk(context: Context, parent = tmpdir()): Promise<Row[]> {
  if (statfsSync(parent).type === TMPFS) {
    context.progress(`${parent} is in memory too: on-disk figures will say nothing of a disk`);
  }
  const root = mkdtempSync(join(parent, "auth-service-bench-"));
  try {
    const protocol = { ...context.protocol, ...context.protocol.disk };
    return await runRounds([SERVER], { ...context, protocol, root });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
