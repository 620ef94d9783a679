import { expect, it } from "vitest";
import { checkHealth } from "../../src/use-cases/check-health.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";

it("the service is well while all that it needs answers, and says of each how long it took", async () => {
  let now = 1_000;
  const slow = async () => {
    now += 5;
  };
  const outage = new Unavailable("kv");
  const told: unknown[] = [];
  const check = (probes: Parameters<typeof checkHealth>[0]) =>
    checkHealth(
      probes,
      () => now,
      (name, error) => told.push([name, error]),
    );
  expect(await check({ d1: slow })).toEqual({
    status: "ok",
    checks: { d1: { status: "ok", duration_ms: 5 } },
  });
  expect(told).toEqual([]);
  const { status, checks } = await check({ d1: slow, kv: () => Promise.reject(outage) });
  expect([status, checks["d1"]?.status, checks["kv"]?.status]).toEqual([
    "unavailable",
    "ok",
    "unavailable",
  ]);
  expect(told).toEqual([["kv", outage]]);
});
