import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { kvJwksCache } from "../../../src/persistence/kv/jwks-cache.ts";
import { jwksCacheContract } from "../../contracts/jwks-cache.ts";

jwksCacheContract(async () => {
  await env.JWKS_CACHE.delete("jwks");
  return kvJwksCache(env.JWKS_CACHE);
});

it.each(["no JSON", "", "null", '{"keys":{}}', '{"keys":[{"kid":"one"}]}'])(
  "a damaged value, %j, reads as no copy at all",
  async (value) => {
    await env.JWKS_CACHE.put("jwks", value);
    expect(await kvJwksCache(env.JWKS_CACHE).read()).toBeNull();
  },
);
