import type { Env } from "../bindings.ts";
import { READINESS_MAX_AGE } from "../core/config/constants.ts";
import { errorDetails } from "../core/logging.ts";
import { sharedWork } from "../core/memory/shared-work.ts";
import { probeD1 } from "../persistence/d1/schema-probe.ts";
import { checkHealth } from "../use-cases/check-health.ts";
import type { TokenSigner } from "../use-cases/tokens/ports.ts";
import type { Outside } from "./outside.ts";
import type { Stores } from "./stores.ts";

/** Requests within a short time share one probing of the dependencies in each isolate. */
export function wireHealth(
  env: Env,
  { clock, defer, log }: Outside,
  { jwksCache }: Stores,
  signer: TokenSigner,
) {
  const probes = {
    d1: () => probeD1(env.DB),
    kv: () => jwksCache.read(),
    durable_object: () => throttleProbe(env),
    signing_key: () => signer.prepare(),
  };
  return sharedWork(
    (requestId: string) =>
      checkHealth(probes, clock, (dependency, error) =>
        log.error({ event: "dependency_failed", requestId, dependency, ...errorDetails(error) }),
      ),
    READINESS_MAX_AGE,
    clock,
    defer,
  );
}

/** Asks an object whose name no login name can have. */
async function throttleProbe(env: Env): Promise<void> {
  await env.LOGIN_THROTTLES.get(env.LOGIN_THROTTLES.idFromName("health")).ping();
}
