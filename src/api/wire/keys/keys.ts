import * as z from "zod";
import type { ShownKey } from "../../../use-cases/keys/shown-key.ts";
import { time } from "../time.ts";

/** A kid is a SHA-256 thumbprint as base64url (RFC 7638). */
export const rotation = z.strictObject({
  revoke: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "must be a kid")
    .meta({
      description: "The kid of a key that must verify nothing from now on.",
      examples: ["A".repeat(43)],
    })
    .optional(),
});

const timeOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null || !Number.isFinite(milliseconds) ? null : time(milliseconds);

/** States and times; neither half of the key. */
export const keysOnWire = (keys: readonly ShownKey[]) => ({
  keys: keys.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    created_at: time(key.createdAt),
    signs_from: timeOrNull(key.signsFrom),
    verifies_until: timeOrNull(key.verifiesUntil),
    revoked_at: timeOrNull(key.revokedAt),
  })),
});
