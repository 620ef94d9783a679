import type { Env } from "../../bindings.ts";
import { currentRequest } from "../../core/telemetry/current-request.ts";
import { type Services, servicesOf } from "../../services.ts";
import { logFailure } from "../http/errors.ts";

type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string };
type Unavailable = { readonly ok: false; readonly code: "unavailable" };

/**
 * Does the work, or says that nothing was decided; the log has a line of it.
 *
 * @param called the entry point and its method
 */
export async function withServices<T extends Answer>(
  env: Env,
  called: string,
  work: (services: Services) => Promise<T>,
): Promise<T | Unavailable> {
  const services = servicesOf(env);
  if (services === "misconfigured") return { ok: false, code: "unavailable" };
  return services.observe(
    { method: "RPC" },
    () => unlessItFails(() => work(services)),
    (answer) => ({ route: called, outcome: answer.ok ? "ok" : answer.code }),
  );
}

async function unlessItFails<T>(work: () => Promise<T>): Promise<T | Unavailable> {
  try {
    return await work();
  } catch (error) {
    logFailure(currentRequest()?.requestId ?? "rpc", error);
    return { ok: false, code: "unavailable" };
  }
}
