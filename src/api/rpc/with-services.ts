import type { Env } from "../../bindings.ts";
import { type Services, servicesOf } from "../../services.ts";
import { logFailure } from "../http/errors.ts";

/** Does the work, or says that nothing was decided. */
export async function withServices<T>(
  env: Env,
  work: (services: Services) => Promise<T>,
): Promise<T | { readonly ok: false; readonly code: "unavailable" }> {
  const services = servicesOf(env);
  if (services === "misconfigured") return { ok: false, code: "unavailable" };
  try {
    return await work(services);
  } catch (error) {
    logFailure("rpc", error);
    return { ok: false, code: "unavailable" };
  }
}
