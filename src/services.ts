import type { Env } from "./bindings.ts";
import { type Config, parseConfig } from "./core/config/config.ts";
import { consoleLog, type Log } from "./core/logging.ts";
import { wireCredentials } from "./wiring/credentials.ts";
import { wireHealth } from "./wiring/health.ts";
import { wireMail } from "./wiring/mail.ts";
import { wireObserver } from "./wiring/observer.ts";
import { wireOutside } from "./wiring/outside.ts";
import { wireStores } from "./wiring/stores.ts";
import { wireUseCases } from "./wiring/use-cases.ts";

/** What routes and RPC calls have: use cases by subject, and no port. */
export type Services = ReturnType<typeof wire>;

/** Per isolate and environment: configuration is parsed and caches are made once. */
const wired = new WeakMap<Env, Services | "misconfigured">();

/** The composition root. A wrong configuration is logged once, and nothing is served with it. */
export function servicesOf(env: Env): Services | "misconfigured" {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const parsed = parseConfig(env);
  if (!parsed.ok) consoleLog.error({ event: "misconfigured", problems: parsed.problems });
  const services = parsed.ok ? wire(env, parsed.value, consoleLog) : "misconfigured";
  wired.set(env, services);
  return services;
}

function wire(env: Env, config: Config, log: Log) {
  const outside = wireOutside(log);
  const stores = wireStores(env, config, outside);
  const trade = { ...wireCredentials(config, outside), ...wireMail(env, config, outside) };
  const { ring, useCases } = wireUseCases(config, outside, stores, trade);
  return {
    config,
    log,
    ...wireObserver(env, config, outside),
    limits: { address: env.ADDRESS_LIMIT, shared: env.SHARED_LIMIT, client: env.CLIENT_LIMIT },
    readiness: wireHealth(env, outside, stores, ring),
    ...useCases,
  };
}
