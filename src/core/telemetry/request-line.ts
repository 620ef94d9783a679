import type { Spent } from "./timings.ts";

/**
 * What is told of a request: ids, names of ours and times. It has no field for a path, a query, an
 * address or a body.
 *
 * @property method that of HTTP, or RPC, CRON or QUEUE
 * @property route the pattern that a path matched, or what was called
 * @property outcome `ok`, or the code of the problem
 * @property duration milliseconds
 */
export type RequestLine = Outcome &
  Spent & {
    readonly event: "request";
    readonly requestId: string;
    readonly traceId: string;
    readonly method: string;
    readonly duration: number;
  };

/** @property status that of HTTP, where there is one */
export type Outcome = {
  readonly route: string;
  readonly outcome: string;
  readonly status?: number;
};
