import * as z from "zod";
import { signingAlg } from "../../../core/security/jwk.ts";
import { SYSTEM } from "../../../domain/access/actor.ts";
import { currentKey } from "../../../domain/keys/signing-key.ts";
import type { Notify } from "../../../use-cases/events/ports.ts";
import type { PublicJwk, StoredSigningKey } from "../../../use-cases/keys/ports.ts";
import { rowReader, time } from "../rows.ts";

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

/**
 * What is kept of an unreadable key: its place in the chain, and the private half, which can still
 * be saved.
 */
const place = z.object({
  kid: z.string(),
  sequence: z.int(),
  wrappedPrivate: z.string().catch(""),
  createdAt: time.catch(0),
  signsFrom: time.nullable().catch(null),
  revokedAt: time.nullable().catch(null),
});

/**
 * Stands in for an unreadable public half. No verifier sees it, since the key counts as revoked.
 */
const NO_KEY: PublicJwk = { kty: "EC", crv: "", x: "" };

/**
 * The keys in the rows. An unreadable one counts as revoked from its time to sign on: it is not
 * published and never signs, but keeps its place in the chain, so that no older key signs again. If
 * it was the current key, its heir signs.
 *
 * @param now Unix milliseconds
 * @param notify hears of each that cannot be read, and once more if it was the current key
 */
export function keysIn(rows: readonly unknown[], now: number, notify: Notify): StoredSigningKey[] {
  const unreadable: StoredSigningKey[] = [];
  const keys = rows.flatMap((row) => {
    const [key] = reader.readable([row], "signing_keys", notify);
    if (key !== undefined) return [key];
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
