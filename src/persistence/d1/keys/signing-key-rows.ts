import * as z from "zod";
import { signingAlg } from "../../../core/security/jwk.ts";
import { SYSTEM } from "../../../domain/access/actor.ts";
import { currentKey } from "../../../domain/keys/signing-key.ts";
import type { Notify } from "../../../use-cases/events/ports.ts";
import type { PublicJwk, StoredSigningKey } from "../../../use-cases/keys/ports.ts";
import { rowReader, rowsOf, time } from "../rows.ts";

/** 32 bytes (RFC 7518, section 6.2.1.2; RFC 8037, section 2). */
const coordinate = z.string().regex(/^[\w-]{43}$/);

const jwk = z.union([
  z.object({ kty: z.literal("EC"), crv: z.literal("P-256"), x: coordinate, y: coordinate }),
  z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: coordinate }),
]);

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is no JSON" });
    return z.NEVER;
  }
});

const fitsAlg = ({ alg, publicJwk: { kty } }: Pick<StoredSigningKey, "alg" | "publicJwk">) =>
  kty === (alg === "ES256" ? "EC" : "OKP");

const reader = rowReader(
  "signing_keys",
  "signing_key_row_unreadable",
  z
    .object({
      kid: z.string(),
      alg: signingAlg,
      sequence: z.int(),
      publicJwk: json.pipe(jwk),
      wrappedPrivate: z.string(),
      createdAt: time,
      signsFrom: time.nullable(),
      revokedAt: time.nullable(),
    })
    .refine(fitsAlg, { path: ["publicJwk"] })
    .transform((key): StoredSigningKey => key),
);

/** All that is needed of a key that does nothing any more; what it wrapped can still be saved. */
const place = z.object({
  kid: z.string(),
  sequence: z.int(),
  wrappedPrivate: z.string().catch(""),
  createdAt: time.catch(0),
  signsFrom: time.nullable().catch(null),
  revokedAt: time.nullable().catch(null),
});

/** Stands for what cannot be read. It is shown to no verifier, since the key counts as revoked. */
const NO_KEY: PublicJwk = { kty: "EC", crv: "", x: "" };

/**
 * The keys in the rows. One that cannot be read counts as revoked since it would have signed: it
 * is in no set and never signs, and keeps its place in the chain, so that an older key is not
 * woken up and the next one has a place of its own. Had it been the one that signs, its heir does.
 *
 * @param now Unix milliseconds
 * @param notify hears of those that cannot be read, and besides when one of them was to sign
 */
export function keysIn(results: unknown, now: number, notify: Notify): StoredSigningKey[] {
  const unreadable: StoredSigningKey[] = [];
  const keys = rowsOf(results).flatMap((row) => {
    const key = reader.readOrTell(row, notify);
    if (key !== null) return [key];
    const found = place.safeParse(row);
    if (!found.success) return [];
    const known = { ...found.data, alg: "ES256", publicJwk: NO_KEY } as const;
    unreadable.push(known);
    return [{ ...known, revokedAt: known.revokedAt ?? known.signsFrom ?? known.createdAt }];
  });
  const readable = keys.filter(({ kid }) => unreadable.every((other) => other.kid !== kid));
  const signer = currentKey([...readable, ...unreadable], now);
  if (signer !== null && unreadable.includes(signer)) {
    notify({ event: "signing_key_unreadable", actor: SYSTEM, kid: signer.kid });
  }
  return keys;
}
