import type { Clock } from "../../use-cases/outside.ts";
import type { Log } from "../logging.ts";
import { asRequest, type CurrentRequest, currentRequest } from "./current-request.ts";
import type { Metrics } from "./metrics.ts";
import type { Outcome, RequestLine } from "./request-line.ts";
import { Timings } from "./timings.ts";
import { newTrace, parseTraceparent } from "./trace-context.ts";

/** @property traceparent as the caller sent it */
type Begun = {
  readonly requestId?: string;
  readonly traceparent?: string | undefined;
  readonly method: string;
};

export type ObserverDeps = {
  readonly clock: Clock;
  readonly newUuid: () => string;
  readonly log: Pick<Log, "info">;
  readonly metrics: Metrics;
  /** Which lines are written; every request is counted. */
  readonly requestLog: "all" | "failures";
};

/** Does the work, and tells of it when it is done. */
export type Observe = <T>(
  begun: Begun,
  work: () => Promise<T>,
  outcomeOf: (answer: T) => Outcome,
) => Promise<T>;

export function observing({ clock, newUuid, log, metrics, requestLog }: ObserverDeps): Observe {
  const tell = (request: CurrentRequest, method: string, seen: Outcome): void => {
    const { requestId, trace, timings } = request;
    const line: RequestLine = {
      event: "request",
      requestId,
      traceId: trace.traceId,
      method,
      ...seen,
      duration: timings.duration(),
      ...timings.spent(),
    };
    metrics.request(line);
    if (requestLog === "all" || isFailure(seen)) log.info(line);
  };

  return async ({ requestId = newUuid(), traceparent, method }, work, outcomeOf) => {
    const trace = parseTraceparent(traceparent) ?? newTrace(newUuid);
    const request = { requestId, trace, timings: new Timings(clock) };
    return asRequest(request, async () => {
      const answer = await work();
      tell(request, method, outcomeOf(answer));
      return answer;
    });
  };
}

/** A refusal is no failure of ours. */
const isFailure = ({ status, outcome }: Outcome): boolean =>
  status === undefined ? outcome === "failed" || outcome === "unavailable" : status >= 500;

/** The request so far, as browsers' tools show it (W3C Server Timing, section 2). */
export function serverTiming(): string {
  const timings = currentRequest()?.timings;
  if (timings === undefined) return "";
  const parts = Object.entries({ total: timings.duration(), ...timings.spent() });
  return parts.map(([name, spent]) => `${name};dur=${spent}`).join(", ");
}
