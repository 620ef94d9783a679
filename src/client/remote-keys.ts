import { importJWK, type JWK } from "jose";
import { CLOCK_LEEWAY, isYounger } from "../domain/time.ts";
import type { FindKey, VerificationKey } from "./access-token.ts";

export type RemoteKeysOptions = {
  readonly jwksUrl: string;
  readonly fetch: typeof fetch;
  /** Unix milliseconds. */
  readonly clock: () => number;
};

/** Milliseconds: no set is trusted for longer without asking, whatever its Cache-Control says. */
const MAX_AGE = 300_000;
/** Milliseconds between two requests that unknown kids or an outage may cause. */
const RELOAD_INTERVAL = 30_000;
/** The same while there is no set at all, and nothing can be verified. */
const COLD_RELOAD_INTERVAL = 1_000;
const TIMEOUT = 5_000;
/** Milliseconds by which whoever says when a token was issued may be behind. */
const LEEWAY = CLOCK_LEEWAY * 1_000;

export type RemoteKeys = {
  /**
   * @returns the key, or null when the issuer does not publish that kid
   * @throws when the issuer could not be asked for it, or was asked before the token was issued:
   * nothing is then known of that kid
   */
  readonly find: FindKey;
};

type KeySet = {
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly askedAt: number;
  /** Which request it answered. */
  readonly order: number;
  /** Milliseconds. */
  readonly maxAge: number;
};

/**
 * The issuer's JWKS, kept in memory. A rotated key is found by asking again, at most once an
 * interval whatever kids are made up; a revoked one is dropped when its set grows old; and the
 * last good set is kept through an outage.
 */
export function remoteKeys(options: RemoteKeysOptions): RemoteKeys {
  let known: KeySet | null = null;
  let asked = 0;
  let lastTry: { readonly at: number; readonly failure?: unknown } | null = null;
  let underWay: { readonly since: number; readonly done: Promise<void> } | null = null;

  const isYoungerThan = (age: number, since: number): boolean =>
    isYounger(since, options.clock(), age);

  const ask = async (): Promise<void> => {
    const at = options.clock();
    const order = ++asked;
    try {
      const fetched = await fetchKeys(options);
      if (order > (known?.order ?? 0)) known = { ...fetched, askedAt: at, order };
      lastTry = { at };
    } catch (failure) {
      lastTry = { at, failure };
    } finally {
      underWay = null;
    }
  };

  /**
   * One request serves all who want one. Whoever began it may be gone, and the request with it,
   * so none is waited for longer than it may take.
   */
  const reload = async (): Promise<void> => {
    if (underWay === null || !isYoungerThan(TIMEOUT, underWay.since)) {
      underWay = { since: options.clock(), done: ask() };
    }
    if (await isLate(TIMEOUT, underWay.done)) {
      lastTry = { at: options.clock(), failure: new Error("the JWKS took too long") };
    }
  };

  const mayAsk = (): boolean => {
    const pause = known === null ? COLD_RELOAD_INTERVAL : RELOAD_INTERVAL;
    return underWay !== null || lastTry === null || !isYoungerThan(pause, lastTry.at);
  };

  return {
    async find(kid, issuedAt) {
      const before = asked;
      const isCurrent = known !== null && isYoungerThan(known.maxAge, known.askedAt);
      if (!(isCurrent && known?.keys.has(kid)) && mayAsk()) await reload();
      const found = known?.keys.get(kid) ?? null;
      if (found !== null) return found;
      if (known === null || lastTry?.failure !== undefined) {
        throw new Error("the JWKS could not be fetched", { cause: lastTry?.failure });
      }
      const isWhole = known.order > before || known.askedAt >= issuedAt() + LEEWAY;
      if (!isWhole) throw new Error("the JWKS was fetched before the token was issued");
      return null;
    },
  };
}

/** Not redirected: the Workers runtime knows no other way to refuse that than to look. */
async function fetchKeys(options: RemoteKeysOptions): Promise<Pick<KeySet, "keys" | "maxAge">> {
  const response = await options.fetch(options.jwksUrl, {
    headers: { accept: "application/json" },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`the JWKS answered ${response.status}`);
  return { keys: await importAll(await response.json()), maxAge: maxAgeOf(response) };
}

/** @param limit milliseconds that the work may take */
async function isLate(limit: number, work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), limit);
  });
  const inTime = work.then(() => false);
  return Promise.race([inTime, late]).finally(() => {
    if (timer !== undefined) clearTimeout(timer);
  });
}

/** Milliseconds; what a shared cache kept it for already counts (RFC 9111, section 4.2.3). */
function maxAgeOf({ headers }: Response): number {
  const policy = headers.get("cache-control") ?? "";
  if (/no-store|no-cache/i.test(policy)) return 0;
  const seconds = Number(/max-age=(\d+)/i.exec(policy)?.[1] ?? MAX_AGE / 1_000);
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(Math.max(0, seconds - age) * 1_000, MAX_AGE);
}

/** Public keys of ours alone: the header must never choose the algorithm (RFC 8725, section 3.1). */
async function importAll(jwks: unknown): Promise<Map<string, VerificationKey>> {
  const found = new Map<string, VerificationKey>();
  for (const jwk of keysOf(jwks)) {
    const alg = algorithmOf(jwk);
    if (typeof jwk?.kid !== "string" || alg === null) continue;
    const key = await importJWK(jwk, alg).catch(() => null); // one that is no key spoils no other
    if (key !== null && !(key instanceof Uint8Array)) found.set(jwk.kid, { alg, key });
  }
  return found;
}

function algorithmOf(jwk: JWK | null): VerificationKey["alg"] | null {
  if (jwk === null || jwk.d !== undefined) return null;
  if (jwk.alg === "ES256" && jwk.kty === "EC") return "ES256";
  return jwk.alg === "EdDSA" && jwk.kty === "OKP" ? "EdDSA" : null;
}

function keysOf(jwks: unknown): (JWK | null)[] {
  if (typeof jwks !== "object" || jwks === null || !("keys" in jwks) || !Array.isArray(jwks.keys)) {
    throw new Error("the JWKS has no keys");
  }
  return jwks.keys;
}
