import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { decodeProtectedHeader } from "jose";
import { expect } from "vitest";
import type { Env } from "../../src/bindings.ts";
import worker from "../../src/index.ts";
import { PASSWORD, type Reply } from "./client.ts";
import { serviceWith } from "./faults.ts";

export type Service = ReturnType<typeof serviceWith>;

/** An isolate that has just started: it remembers no keys. */
export const freshIsolate = (overrides: Record<string, unknown> = {}): Service =>
  serviceWith(overrides);

/** The cron trigger, over bindings of which some may be replaced. */
export async function cron(overrides: Record<string, unknown> = {}): Promise<void> {
  const replaced: Env = { ...env, ...overrides };
  await worker.scheduled(createScheduledController(), replaced);
}

/** A service that never signed: no key in D1 and none published. */
export async function withoutKeys(): Promise<void> {
  await env.DB.prepare("delete from signing_keys").run();
  await env.JWKS_CACHE.delete("jwks");
}

export type KeyRow = {
  readonly kid: string;
  readonly sequence: number;
  readonly wrapped_private: string;
  readonly signs_from: number | null;
  readonly revoked_at: number | null;
};

export async function keyRows(): Promise<KeyRow[]> {
  const { results } = await env.DB.prepare(
    "select * from signing_keys order by sequence",
  ).all<KeyRow>();
  return results;
}

export const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);

export const signInThrough = (service: Service, email: string): Promise<Reply> =>
  service("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });

/** Signs in through an isolate that has just started, and hands back the access token. */
export async function freshToken(email: string): Promise<string> {
  const reply = await signInThrough(freshIsolate(), email);
  expect(reply.status).toBe(200);
  return reply.body.access_token;
}

export async function publishedKids(service: Service = freshIsolate()): Promise<string[]> {
  const { body } = await service("GET", "/.well-known/jwks.json");
  return body.keys.map((key: { kid: string }) => key.kid);
}
