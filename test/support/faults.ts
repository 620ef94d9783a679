import { env } from "cloudflare:workers";
import { app } from "../../src/api/http/app.ts";
import type { Env } from "../../src/bindings.ts";
import { client } from "./client.ts";

/**
 * The service over the real bindings, some of them replaced: by other vars, or by ones that fail.
 * Each call makes an environment of its own, with caches of its own, as a fresh isolate has.
 */
export function serviceWith(overrides: Record<string, unknown>) {
  const replaced: Env = { ...env, ...overrides };
  return client((request) => app.fetch(request, replaced));
}
