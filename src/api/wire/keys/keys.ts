import * as z from "zod";
import { type SigningKeyPolicy, stateOf, verifiesUntil } from "../../../domain/keys/signing-key.ts";
import type { StoredSigningKey } from "../../../use-cases/keys/ports.ts";
import { time } from "../time.ts";

/** A kid is a SHA-256 thumbprint as base64url (RFC 7638). */
export const rotation = z.strictObject({
  revoke: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "must be a kid")
    .optional(),
});

const timeOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null || !Number.isFinite(milliseconds) ? null : time(milliseconds);

/** States and times; neither half of the key. */
export const keysOnWire = (
  keys: readonly StoredSigningKey[],
  now: number,
  policy: SigningKeyPolicy,
) =>
  keys.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    state: stateOf(key, keys, now, policy),
    created_at: time(key.createdAt),
    signs_from: timeOrNull(key.signsFrom),
    verifies_until: timeOrNull(
      Math.min(verifiesUntil(key, keys, policy), key.revokedAt ?? Number.POSITIVE_INFINITY),
    ),
    revoked_at: timeOrNull(key.revokedAt),
  }));
