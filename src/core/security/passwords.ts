import { scryptSync, timingSafeEqual } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Password } from "../../domain/credentials/password.ts";
import type { PasswordHasher } from "../../use-cases/credentials/ports.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";
import { concat, utf8 } from "./encoding.ts";
import { isHmacRespelling } from "./hmac-respelling.ts";
import { scryptInSlices } from "./scrypt-in-slices.ts";
import {
  type Cost,
  type Engine,
  formatHash,
  parseHash,
  type StoredHash,
  workOf,
} from "./stored-hash.ts";

/** OWASP's and ASVS 11.4.2's cost for scrypt in 32 MiB. */
const COST: Cost = { ln: 15, r: 8, p: 3 };
const SALT_LENGTH = 16;
const KEY_LENGTH = 32;

/** Two implementations of scrypt, whose output is identical. The native one cannot be interrupted. */
export const SCRYPT_ENGINES = {
  noble: scryptInSlices,
  native: (password: Uint8Array, salt: Uint8Array, { ln, r, p }: Cost, length: number) =>
    // The runtime's own limit of 32 MiB is just below what this cost needs.
    scryptSync(password, salt, length, { N: 2 ** ln, r, p, maxmem: 128 * r * (2 ** ln + p + 2) }),
} satisfies Record<"noble" | "native", Engine>;

/** Hashes all that it is asked to, at once: `hashingInTurn` is what bounds the memory. */
export function passwordHasher(engine: Engine, random: RandomBytes): PasswordHasher {
  const hash = async (password: Password): Promise<string> => {
    const salt = random(SALT_LENGTH);
    const key = await engine(digestOf(password), salt, COST, KEY_LENGTH);
    return formatHash(COST, salt, key);
  };

  /** A wrong password takes as long as an unknown name. */
  const verdictOf = async (verdict: Verdict, done: number): Promise<Verdict> => {
    if (verdict !== "mismatch") return verdict;
    for (const cost of missingWork(done)) await engine(NOTHING, NOTHING, cost, KEY_LENGTH);
    return verdict;
  };

  const verify: PasswordHasher["verify"] = async (password, stored) => {
    const own = parseHash(stored);
    if (own.ok) {
      return verdictOf(await compare(engine, password, own.value), workOf(own.value.cost));
    }
    // Loaded where such a hash is met: most isolates never meet one.
    const { readForeignHash } = await import("./foreign/foreign-hash.ts");
    const foreign = readForeignHash(stored);
    if (foreign.ok) {
      return verdictOf(await foreign.value.compare(password, engine), foreign.value.work);
    }
    await hash(password); // takes as long as a hash that can be checked
    return "unreadable";
  };

  return { hash, verify, verifyNothing: async (password) => void (await hash(password)) };
}

type Verdict = "match" | "match_outdated" | "mismatch";

async function compare(engine: Engine, password: Password, stored: StoredHash): Promise<Verdict> {
  if (!(await isRight(engine, password, stored))) return "mismatch";
  return isCurrent(stored) ? "match" : "match_outdated";
}

/** Domain separation: the digest's purpose and a NUL, with which no other hash here begins. */
const DIGEST_LABEL = utf8("auth-service/password\0");
const DIGEST_LENGTH = 32;
const NOTHING = new Uint8Array(0);

/**
 * What scrypt is given. Its first step is HMAC (RFC 7914, section 6), whose key is padded with
 * zeros when it is short and digested when it is longer than a block (RFC 2104, section 2), so
 * by itself it takes different passwords for one. Keys of one length have neither.
 */
const digestOf = (password: Password): Uint8Array => sha256(concat(DIGEST_LABEL, utf8(password)));

async function isRight(engine: Engine, password: Password, stored: StoredHash): Promise<boolean> {
  const input = stored.isDigested ? digestOf(password) : utf8(password);
  const key = await engine(input, stored.salt, stored.cost, stored.key.length);
  const isEqual = timingSafeEqual(key, stored.key);
  return isEqual && (stored.isDigested || !isHmacRespelling(password, DIGEST_LENGTH));
}

/**
 * What is left of the current cost after a cheaper hash, so that a wrong password takes as long as
 * an unknown name. A dearer one takes longer: scrypt by a third at most, since its ceiling is 4/3 of
 * the current cost, what was imported as long as its own ceiling lets it (docs/migrating.md). Its
 * owner's next sign-in renews it.
 *
 * @param done what was computed, as `workOf` counts
 */
function missingWork(done: number): Cost[] {
  const block = workOf({ ...COST, p: 1 });
  const missing = Math.max(0, workOf(COST) - done);
  const blocks = Math.floor(missing / block);
  // Below a block by powers of two, from 2^1: N is even, so all work is.
  const powers = Array.from({ length: Math.log2(block) }, (_, exponent) => exponent);
  const rest = powers.filter((exponent) => (missing % block) & (2 ** exponent)).map(costOf);
  return blocks === 0 ? rest : [{ ...COST, p: blocks }, ...rest];
}

/** N is at least two, so r is what makes the smallest powers. */
const costOf = (exponent: number): Cost =>
  exponent > Math.log2(COST.r)
    ? { ln: exponent - Math.log2(COST.r), r: COST.r, p: 1 }
    : { ln: exponent, r: 1, p: 1 };

function isCurrent({ isDigested, cost, salt, key }: StoredHash): boolean {
  return (
    isDigested &&
    cost.ln === COST.ln &&
    cost.r === COST.r &&
    cost.p === COST.p &&
    salt.length === SALT_LENGTH &&
    key.length === KEY_LENGTH
  );
}
