import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Context } from "./measure/rounds.ts";
import { valid } from "./measure/valid.ts";
import type { StartUp } from "./results.ts";
import { authService, launch } from "./servers/auth-service.ts";
import { originOf, signedIn } from "./servers/auth-service-operations.ts";
import { expect, get } from "./servers/http.ts";
import { accounts } from "./servers/product.ts";
import type { Server } from "./servers/server.ts";
import { start } from "./servers/start.ts";

/** Few processes start in the same way twice; so many show the spread. */
const STARTS = 5;

const SERVER: Server = {
  ...authService,
  launch: (directory, bundles) => launch(directory, bundles, "native", accounts(2)),
};

type Start = { readonly reply: number; readonly first: number; readonly second: number };

/**
 * From nothing: a process of Node's with Miniflare, the runtime, the tables and two accounts. A
 * deployed Worker has none of these to wait for, only its bundle, so the first reply is what
 * `npm run dev` or a test waits for. The sign-ins, with node:crypto, are those of a new
 * deployment: the first one finds no signing key and makes it, runs code that is cold, and makes
 * the first query of everything that is asked.
 */
export async function startUp(context: Context): Promise<StartUp> {
  const bundle = readFileSync(context.bundles.get("auth-service") ?? "");
  const starts: Start[] = [];
  const voided: string[] = [];
  for (let i = 1; i <= STARTS; i++) {
    const one = () => coldStart(context);
    const voiding = (reason: string) => voided.push(reason);
    starts.push(...(await valid(`cold start ${i}/${STARTS}`, context.progress, one, voiding)));
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

async function coldStart({ root, bundles }: Context): Promise<Start> {
  const begun = performance.now();
  const running = await start(SERVER, root, bundles);
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
