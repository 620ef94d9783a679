import { scryptSync, timingSafeEqual } from "node:crypto";
import { scrypt } from "@noble/hashes/scrypt.js";
import type { Password } from "../../domain/password.ts";
import type { PasswordHasher, RandomBytes } from "../../use-cases/ports.ts";
import { fromBase64, toBase64, utf8 } from "./encoding.ts";

/** scrypt's cost (RFC 7914, section 2): N = 2^ln, block size r, parallelisation p. */
type Cost = { readonly ln: number; readonly r: number; readonly p: number };

/** OWASP's and ASVS 11.4.2's cost for scrypt in 32 MiB. */
const COST: Cost = { ln: 15, r: 8, p: 3 };
const SALT_LENGTH = 16;
const KEY_LENGTH = 32;

/** N*r*p and bytes above which a stored hash is refused: it would stall or end the isolate. */
const COST_CEILING = 2 ** 20;
const MEMORY_CEILING = 64 * 1024 * 1024;

/** PHC string format: $scrypt$ln=15,r=8,p=3$<salt>$<key>, base64 without padding. */
const PHC =
  /^\$scrypt\$ln=([1-9][0-9]?),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

type Engine = (password: Uint8Array, salt: Uint8Array, cost: Cost, length: number) => Uint8Array;

/** The same function by two hands; their output is identical. */
export const SCRYPT_ENGINES: Readonly<Record<"noble" | "native", Engine>> = {
  noble: (password, salt, { ln, r, p }, dkLen) =>
    scrypt(password, salt, { N: 2 ** ln, r, p, dkLen }),
  native: (password, salt, { ln, r, p }, length) =>
    // The runtime's own limit of 32 MiB is just below what this cost needs.
    scryptSync(password, salt, length, { N: 2 ** ln, r, p, maxmem: 128 * r * (2 ** ln + p + 2) }),
};

/**
 * Hashing is synchronous on purpose: one hash at a time in an isolate bounds its memory, and the
 * asynchronous form does not yield where the clock stands still during computation.
 */
export function passwordHasher(engine: "noble" | "native", random: RandomBytes): PasswordHasher {
  const derive = SCRYPT_ENGINES[engine];

  const hash = (password: Password): string => {
    const salt = random(SALT_LENGTH);
    return format(COST, salt, derive(utf8(password), salt, COST, KEY_LENGTH));
  };

  return {
    hash,

    verify(password, stored) {
      const parsed = parse(stored);
      if (parsed === null) {
        hash(password); // takes as long as a hash that can be checked
        return "unreadable";
      }
      const key = derive(utf8(password), parsed.salt, parsed.cost, parsed.key.length);
      if (!timingSafeEqual(key, parsed.key)) return "mismatch";
      return isCurrent(parsed) ? "match" : "match_outdated";
    },

    verifyNothing(password) {
      hash(password);
    },
  };
}

type StoredHash = { readonly cost: Cost; readonly salt: Uint8Array; readonly key: Uint8Array };

function parse(stored: string): StoredHash | null {
  const match = PHC.exec(stored);
  if (match === null) return null;
  const [ln, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const salt = fromBase64(match[4] ?? "");
  const key = fromBase64(match[5] ?? "");
  if (salt === null || key === null || isTooCostly({ ln, r, p })) return null;
  return { cost: { ln, r, p }, salt, key };
}

function isTooCostly({ ln, r, p }: Cost): boolean {
  const memory = 128 * r * 2 ** ln; // RFC 7914, section 2
  return 2 ** ln * r * p > COST_CEILING || memory > MEMORY_CEILING;
}

function format({ ln, r, p }: Cost, salt: Uint8Array, key: Uint8Array): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(key)}`;
}

function isCurrent({ cost, salt, key }: StoredHash): boolean {
  return (
    cost.ln === COST.ln &&
    cost.r === COST.r &&
    cost.p === COST.p &&
    salt.length === SALT_LENGTH &&
    key.length === KEY_LENGTH
  );
}
