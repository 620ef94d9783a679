import type { Clock } from "./outside.ts";

/** Touches one dependency, and rejects when it does not answer. */
export type Probe = () => Promise<unknown>;

export type Health = {
  readonly status: "ok" | "unavailable";
  readonly checks: Readonly<Record<string, { status: "ok" | "unavailable"; duration_ms: number }>>;
};

/**
 * Asks every dependency at the same time and says how each one did.
 *
 * @param onFailure hears why, which the reply does not say
 */
export async function checkHealth(
  probes: Readonly<Record<string, Probe>>,
  clock: Clock,
  onFailure: (name: string, error: unknown) => void,
): Promise<Health> {
  const checks = await Promise.all(
    Object.entries(probes).map(
      async ([name, probe]) =>
        [name, await measure(probe, clock, (error) => onFailure(name, error))] as const,
    ),
  );
  const healthy = checks.every(([, check]) => check.status === "ok");
  return { status: healthy ? "ok" : "unavailable", checks: Object.fromEntries(checks) };
}

async function measure(probe: Probe, clock: Clock, onFailure: (error: unknown) => void) {
  const start = clock();
  const status = await probe().then(
    () => "ok" as const,
    (error) => {
      onFailure(error);
      return "unavailable" as const;
    },
  );
  return { status, duration_ms: clock() - start };
}
