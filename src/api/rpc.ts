import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Verdict as ClientVerdict } from "../client/verifier.ts";
import type { Env } from "../env.ts";
import { type Services, servicesOf } from "../services.ts";
import { verifyToken } from "../use-cases/verify-token.ts";
import { logFailure } from "./errors.ts";
import { permission } from "./schemas/fields.ts";

/** Seconds beyond which an answer could not be remembered for any token. */
const MAX_STALENESS = 24 * 60 * 60;

/** What an object without a class is: a Map or a Date crosses RPC too, and seems to have no keys. */
const plainObject = z.custom<object>((value) => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
});

const optionsArgument = plainObject.pipe(
  z.strictObject({
    audience: z.string().min(1).exactOptional(),
    permissions: z.array(permission).max(100).exactOptional(),
    maxStaleness: z
      .union([z.literal("offline"), z.number().min(0).max(MAX_STALENESS)])
      .default("offline"),
  }),
);

type Refused = { readonly ok: false; readonly code: "invalid_request" | "unavailable" };
type Keys = { readonly ok: true } & Awaited<ReturnType<Services["ring"]["jwks"]>>;

/**
 * What other Workers call through a service binding: exactly this, and nothing of it throws. The
 * verdicts are those of HTTP.
 */
export class AuthRpc extends WorkerEntrypoint<Env> {
  /** Judges an access token, as fresh as `maxStaleness` asks; `"offline"` unless told. */
  async verify(token: unknown, options: unknown = {}): Promise<ClientVerdict> {
    const wanted = optionsArgument.safeParse(options);
    if (typeof token !== "string" || !wanted.success) return { ok: false, code: "invalid_request" };
    return answer(this.env, (services) => verifyToken(services, token, wanted.data));
  }

  /** `verify` with a permission that the caller must hold. */
  async authorize(token: unknown, needed: unknown, options: unknown = {}): Promise<ClientVerdict> {
    const [one, wanted] = [permission.safeParse(needed), optionsArgument.safeParse(options)];
    if (typeof token !== "string" || !one.success || !wanted.success) {
      return { ok: false, code: "invalid_request" };
    }
    const permissions = [...(wanted.data.permissions ?? []), one.data];
    return answer(this.env, (services) =>
      verifyToken(services, token, { ...wanted.data, permissions }),
    );
  }

  /** The published key set (RFC 7517, section 5). */
  async jwks(): Promise<Keys | Refused> {
    return answer(this.env, async (services) => ({
      ok: true as const,
      ...(await services.ring.jwks()),
    }));
  }
}

/** Does the work, or says that nothing was decided. */
export async function answer<T>(
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
