import type { EventType } from "../../domain/events/event.ts";
import type { RequestLine } from "./request-line.ts";

/** Counters and latencies for an operator's graphs. Nothing here throws or is waited for. */
export type Metrics = {
  request(line: RequestLine): void;
  /** An event was stored: once or, since delivery repeats, more often. */
  stored(type: EventType): void;
};

/** For an installation without a data set. */
const unmeasured: Metrics = { request: () => undefined, stored: () => undefined };

/**
 * Points in Workers Analytics Engine. Their columns are a contract with the queries in
 * docs/observability.md: new ones come behind the others.
 *
 * @param dataset the binding, absent where none is configured
 */
export function analyticsMetrics(dataset: AnalyticsEngineDataset | undefined): Metrics {
  if (dataset === undefined) return unmeasured;
  const write = (point: AnalyticsEngineDataPoint): void => {
    try {
      dataset.writeDataPoint(point);
    } catch {
      // A number that is missing in a graph must not fail a sign-in.
    }
  };
  return {
    request: (line) => write(pointOf(line)),
    stored: (type) => write({ indexes: [type], blobs: ["event", "", type] }),
  };
}

const pointOf = (line: RequestLine): AnalyticsEngineDataPoint => ({
  // Sampling is by index: a busy route never costs a rare one its points.
  indexes: [line.route.slice(0, MAX_INDEX)],
  blobs: ["request", line.method, line.route, line.outcome],
  doubles: [
    line.duration,
    line.hash ?? 0,
    line.d1 ?? 0,
    line.object ?? 0,
    line.sign ?? 0,
    line.status ?? 0,
  ],
});

/** Bytes (Workers Analytics Engine, "Limits"); routes are ASCII. */
const MAX_INDEX = 96;
