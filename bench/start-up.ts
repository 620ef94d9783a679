import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { isInMemory, scratch } from "./machine.ts";
import { type Context, runRounds, valid } from "./measure/rounds.ts";
import type { Row, StartUp } from "./results.ts";
import {
  accounts,
  authService,
  launch,
  refresh,
  signedIn,
  signIn,
} from "./servers/auth-service.ts";
import { expect, get } from "./servers/http.ts";
import { originOf, type Server } from "./servers/server.ts";
import { start } from "./servers/start.ts";

/** Few processes start in the same way twice; so many show the spread. */
const STARTS = 5;

const TWO_ACCOUNTS: Server = {
  ...authService,
  launch: (_, bundles) => launch(bundles, "native", accounts(2)),
};

/**
 * From nothing: a process of Node's with Miniflare, the runtime, the tables and two accounts. A
 * deployed Worker has none of these to wait for, only its bundle, so the first reply is what
 * `npm run dev` or a test waits for. The sign-ins, with node:crypto, are those of a new
 * deployment: the first one finds no signing key and makes it, runs code that is cold, and makes
 * the first query of everything that is asked.
 */
export async function startUp(context: Context): Promise<StartUp> {
  const bundle = readFileSync(context.bundles.get("auth-service") ?? "");
  const starts: Awaited<ReturnType<typeof coldStart>>[] = [];
  const voided: string[] = [];
  for (let i = 1; i <= STARTS; i++) {
    const one = () => coldStart(context);
    const voiding = (reason: string) => voided.push(reason);
    starts.push(...(await valid(`cold start ${i}/${STARTS}`, context, one, voiding)));
  }
  return {
    bundle: bundle.byteLength,
    bundleCompressed: gzipSync(bundle).byteLength,
    firstReply: starts.map(({ reply }) => reply),
    firstSignIn: starts.map(({ first }) => first),
    secondSignIn: starts.map(({ second }) => second),
    voided,
  };
}

async function coldStart({ root, bundles }: Context) {
  const begun = performance.now();
  const running = await start(TWO_ACCOUNTS, root, bundles);
  try {
    await expect(200, originOf(running), get("/health/live"));
    const reply = performance.now() - begun;
    // People of their own, whose objects are both new.
    const first = await timed(() => signedIn(running, 0));
    const second = await timed(() => signedIn(running, 1));
    return { reply, first, second };
  } finally {
    await running.stop();
  }
}

/** @returns milliseconds */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const WRITING: Server = { ...authService, operations: [signIn("sign-in, node:crypto"), refresh] };

/**
 * Two of the operations that write, with the server's files on a disk instead of in memory: what is
 * more than in the other tables is the disk, and of this machine only.
 */
export function onDisk(context: Context): Promise<Row[]> {
  const root = scratch(tmpdir());
  if (isInMemory(root)) context.progress("no disk here: on-disk figures will say nothing of one");
  const protocol = { ...context.protocol, ...context.protocol.disk };
  return runRounds([WRITING], { ...context, protocol, root });
}
