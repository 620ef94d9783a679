import { AsyncLocalStorage } from "node:async_hooks";
import type { PasswordHasher } from "../../use-cases/credentials/ports.ts";
import type { TokenSigner } from "../../use-cases/tokens/ports.ts";
import type { Part, Timings } from "./timings.ts";
import { type TraceContext, traceparentOf } from "./trace-context.ts";

/** What belongs to one request, call, batch or cron run, and to nothing that goes on beside it. */
export type CurrentRequest = {
  readonly requestId: string;
  readonly trace: TraceContext;
  readonly timings: Timings;
};

/** The only ambient state here, so that no rule has to hand on what only the log wants. */
const current = new AsyncLocalStorage<CurrentRequest>();

/** Undefined in a Durable Object, in a script and in a test of parts. */
export const currentRequest = (): CurrentRequest | undefined => current.getStore();

/** Does the work as that request; what it defers belongs to it too. */
export const asRequest = <T>(request: CurrentRequest, work: () => Promise<T>): Promise<T> =>
  current.run(request, work);

/** Counts the time of the work, where a request is under way. */
export function timed<T>(part: Part, work: () => Promise<T>): Promise<T> {
  const timings = currentRequest()?.timings;
  return timings === undefined ? work() : timings.time(part, work);
}

export const timedHasher = (hasher: PasswordHasher): PasswordHasher => ({
  hash: (password) => timed("hash", () => hasher.hash(password)),
  verify: (password, stored) => timed("hash", () => hasher.verify(password, stored)),
  verifyNothing: (password) => timed("hash", () => hasher.verifyNothing(password)),
});

/** The signature alone: the key comes from D1, which counts as such. */
export const timedSigner = (signer: TokenSigner): TokenSigner => ({
  async prepare() {
    const sign = await signer.prepare();
    return (claims) => timed("sign", () => sign(claims));
  },
});

/** A fetch that names the trace of the request that it is made for. */
export const tracedFetch =
  (fetcher: typeof fetch, newUuid: () => string): typeof fetch =>
  (input, init) => {
    const trace = currentRequest()?.trace;
    if (trace === undefined) return fetcher(input, init);
    const own = input instanceof Request ? input.headers : undefined;
    const headers = new Headers(init?.headers ?? own);
    headers.set("traceparent", traceparentOf(trace, newUuid));
    return fetcher(input, { ...init, headers });
  };
