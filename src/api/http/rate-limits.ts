import type { MiddlewareHandler } from "hono";
import { LIMIT_PERIOD } from "../../core/config/constants.ts";
import { addressBucket, loginNameKey } from "../../core/security/bucket-names.ts";
import type { Services } from "../../services.ts";
import { Unavailable } from "../../use-cases/outside.ts";
import { oauthTooManyRequests } from "../oauth/errors.ts";
import { type AppContext, type AppEnv, clientAddress } from "./context.ts";
import { tooManyRequests } from "./errors.ts";

/**
 * Counts a request that will cost a hash against its address. A caller without an address, such as
 * another Worker, is counted by the name it asks for, so as not to share one bucket with everyone
 * else, and in a shared bucket, so that changing names does not lift the limit. Limits are counted
 * per location and permissive: they keep floods away, while the login throttle keeps the exact
 * count.
 *
 * @returns the refusal, or null
 */
export async function limitByAddress(c: AppContext, name: string): Promise<Response | null> {
  const { limits, config } = c.get("services");
  const bucket = addressBucket(clientAddress(c));
  const isWithin =
    bucket === null
      ? (await isWithinLimit(limits.address, `name:${loginNameKey(config.secrets, name)}`)) &&
        (await isWithinLimit(limits.shared, WITHOUT_ADDRESS))
      : await isWithinLimit(limits.address, bucket);
  return isWithin ? null : tooManyRequests(c, LIMIT_PERIOD * 1_000);
}

/** The bucket of all callers without an address of their own. */
const WITHOUT_ADDRESS = "shared";

/** False when a Worker that administers accounts has asked for too many hashes. */
export const mayCallerHash = (services: Services, caller: string): Promise<boolean> =>
  isWithinLimit(services.limits.address, `caller:${caller}`);

/** Counts a request that authenticates a client, before its body is read: each costs look-ups. */
export const limitClients: MiddlewareHandler<AppEnv> = async (c, next) => {
  const bucket = addressBucket(clientAddress(c)) ?? WITHOUT_ADDRESS;
  const isWithin = await isWithinLimit(c.get("services").limits.client, bucket);
  return isWithin ? next() : oauthTooManyRequests(c);
};

/** @throws Unavailable when the limit does not answer: an outage lets nobody past it */
async function isWithinLimit(limit: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limit.limit({ key })).success;
  } catch (cause) {
    throw new Unavailable("rate limit", cause);
  }
}
