import type { Clock } from "./ports.ts";

/** Touches one dependency, and rejects when it does not answer. */
export type Probe = () => Promise<unknown>;

export type Health = {
  readonly status: "ok" | "unavailable";
  readonly checks: Readonly<Record<string, { status: "ok" | "unavailable"; duration_ms: number }>>;
};

/** Asks every dependency at the same time and says how each one did. */
export async function checkHealth(
  probes: Readonly<Record<string, Probe>>,
  clock: Clock,
): Promise<Health> {
  const checks = await Promise.all(
    Object.entries(probes).map(
      async ([name, probe]) => [name, await measure(probe, clock)] as const,
    ),
  );
  const healthy = checks.every(([, check]) => check.status === "ok");
  return { status: healthy ? "ok" : "unavailable", checks: Object.fromEntries(checks) };
}

async function measure(probe: Probe, clock: Clock) {
  const start = clock();
  const status = await probe().then(
    () => "ok" as const,
    () => "unavailable" as const,
  );
  return { status, duration_ms: clock() - start };
}
