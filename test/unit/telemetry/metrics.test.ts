import { expect, it } from "vitest";
import { analyticsMetrics } from "../../../src/core/telemetry/metrics.ts";
import type { RequestLine } from "../../../src/core/telemetry/request-line.ts";
import { LINE as REQUEST_LINE } from "../../support/request-line.ts";

const LINE: RequestLine = { ...REQUEST_LINE, hash: 280, object: 9 };

function recorded() {
  const points: AnalyticsEngineDataPoint[] = [];
  const writeDataPoint = (point?: AnalyticsEngineDataPoint) => void (point && points.push(point));
  return { points, metrics: analyticsMetrics({ writeDataPoint }) };
}

it("a request is a point, in the columns that docs/observability.md queries", () => {
  const { points, metrics } = recorded();
  metrics.request(LINE);
  expect(points).toEqual([
    {
      indexes: ["/v1/auth/login"],
      blobs: ["request", "POST", "/v1/auth/login", "ok"],
      doubles: [312, 280, 0, 9, 0, 200],
    },
  ]);
});

it("an event is a point by its type, with that in the column of routes", () => {
  const { points, metrics } = recorded();
  metrics.stored("refresh.reused");
  expect(points).toEqual([{ indexes: ["refresh.reused"], blobs: ["event", "", "refresh.reused"] }]);
});

it("a data set that throws, or none at all, fails nobody", () => {
  const broken = {
    writeDataPoint: () => {
      throw new Error("too many points");
    },
  };
  for (const metrics of [analyticsMetrics(broken), analyticsMetrics(undefined)]) {
    metrics.request(LINE);
    metrics.stored("user.registered");
  }
});
