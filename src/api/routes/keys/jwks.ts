import { sha256 } from "@noble/hashes/sha2.js";
import { Hono } from "hono";
import { toBase64Url, utf8 } from "../../../core/security/encoding.ts";
import { access } from "../../http/access.ts";
import { CACHEABLE, conditional } from "../../http/conditional.ts";
import type { AppEnv } from "../../http/context.ts";

/** Tags by key set: the key ring hands out the same object again and again. */
const tags = new WeakMap<object, string>();

/** A strong validator (RFC 9110, section 8.8.3). */
function tagOf(jwks: object): string {
  const known = tags.get(jwks);
  if (known !== undefined) return known;
  const tag = `"${toBase64Url(sha256(utf8(JSON.stringify(jwks))))}"`;
  tags.set(jwks, tag);
  return tag;
}

/** RFC 7517, section 5. */
export const jwksRoute = new Hono<AppEnv>().get(
  "/.well-known/jwks.json",
  access("public"),
  conditional,
  async (c) => {
    const jwks = await c.get("services").keys.jwks();
    return c.json(jwks, 200, { ...CACHEABLE, etag: tagOf(jwks) });
  },
);
