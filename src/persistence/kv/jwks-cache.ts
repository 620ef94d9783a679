import * as z from "zod";
import { publicJwk, signingAlg } from "../../core/security/jwk.ts";
import type { JwksCache } from "../../use-cases/keys/ports.ts";
import { Unavailable } from "../../use-cases/outside.ts";

const KEY = "jwks";

const jwks = z.object({
  keys: z.array(publicJwk.extend({ kid: z.string(), alg: signingAlg, use: z.literal("sig") })),
});

/** One key in KV. What cannot be read is no copy: D1 stands behind it. */
export function kvJwksCache(kv: KVNamespace): JwksCache {
  return {
    async read() {
      const text = await onKv(() => kv.get(KEY));
      const parsed = jwks.safeParse(jsonOf(text));
      return parsed.success ? parsed.data : null;
    },
    write: (set) => onKv(() => kv.put(KEY, JSON.stringify(set))),
  };
}

/** KV's own reading throws on damage as it does on an outage, and these two are not the same. */
function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

async function onKv<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Unavailable("kv", cause);
  }
}
