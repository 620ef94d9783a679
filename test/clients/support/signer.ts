import { SignJWT } from "jose";
import * as z from "zod";
import { unwrapSigningKey } from "../../../src/core/security/key-wrapping.ts";
import { parseSecrets } from "../../../src/core/security/secrets.ts";
import { localDatabases } from "../../support/local-database.ts";

/**
 * Signs anything with the service's own key: a token that is bad for one reason alone, and what a
 * thief of the key could make.
 */
export type Signer = (
  claims: Readonly<Record<string, unknown>>,
  header?: Readonly<Record<string, string>>,
) => Promise<string>;

const keyRow = z.object({
  kid: z.string(),
  alg: z.enum(["ES256", "EdDSA"]),
  public_jwk: z.string(),
  wrapped_private: z.string(),
  sequence: z.number(),
  created_at: z.number(),
  signs_from: z.number().nullable(),
  revoked_at: z.number().nullable(),
});

const NEWEST_KEY = "select * from signing_keys where revoked_at is null order by sequence limit 1";

/** @param vars the text of .dev.vars, under whose secret the key is wrapped */
export async function readSigner(directory: string, vars: string): Promise<Signer> {
  const secrets = parseSecrets(/AUTH_SECRETS="(.*)"/.exec(vars)?.[1] ?? "");
  if (!secrets.ok) throw new Error(`the secret is ${secrets.error}`);
  const row = keyRow.parse(localDatabases(directory).rows("signing_keys", NEWEST_KEY)[0]);
  const { kid, alg } = row;
  const key = await unwrapSigningKey(secrets.value, {
    kid,
    alg,
    publicJwk: JSON.parse(row.public_jwk),
    wrappedPrivate: row.wrapped_private,
    sequence: row.sequence,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    revokedAt: row.revoked_at,
  });
  if (key === null) throw new Error("the signing key cannot be unwrapped");
  return (claims, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "at+jwt", ...header }).sign(key);
}
