import { err, ok, type Result } from "../../domain/result.ts";
import { fromBase64, toBase64 } from "./encoding.ts";

/** scrypt's cost (RFC 7914, section 2): N = 2^ln, block size r, parallelisation p. */
export type Cost = { readonly ln: number; readonly r: number; readonly p: number };

/** Whoever calls it waits; others need not, where it computes in slices. */
export type Engine = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: Cost,
  length: number,
) => Uint8Array | Promise<Uint8Array>;

/** Why a hash cannot be verified here. */
export type HashFault = "unknown_form" | "malformed" | "too_costly";

export type StoredHash = {
  /** False where scrypt was given the password itself, as this service once did. */
  readonly isDigested: boolean;
  readonly cost: Cost;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
};

/** N*r*p and bytes above which a stored hash is refused: it would stall or end the isolate. */
const COST_CEILING = 2 ** 20;
const MEMORY_CEILING = 64 * 1024 * 1024;

const FORM = /^\$scrypt(?:-sha256)?\$/;

/**
 * PHC string format: $scrypt-sha256$ln=15,r=8,p=3$<salt>$<key>, base64 without padding; $scrypt$
 * where the password was not digested first, here once and in other products still.
 */
const PHC =
  /^\$scrypt(-sha256)?\$ln=([1-9][0-9]?),r=([1-9][0-9]{0,3}),p=([1-9][0-9]{0,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What a hash costs in time: N*r*p. */
export const workOf = ({ ln, r, p }: Cost): number => 2 ** ln * r * p;

export function parseHash(stored: string): Result<StoredHash, HashFault> {
  if (!FORM.test(stored)) return err("unknown_form");
  const match = PHC.exec(stored);
  if (match === null) return err("malformed");
  const cost = { ln: Number(match[2]), r: Number(match[3]), p: Number(match[4]) };
  const salt = fromBase64(match[5] ?? "");
  const key = fromBase64(match[6] ?? "");
  if (salt === null || key === null) return err("malformed");
  if (isTooCostly(cost)) return err("too_costly");
  return ok({ isDigested: match[1] !== undefined, cost, salt, key });
}

/** True above what a stored hash may ask for. */
export function isTooCostly(cost: Cost): boolean {
  const memory = 128 * cost.r * 2 ** cost.ln; // RFC 7914, section 2
  return workOf(cost) > COST_CEILING || memory > MEMORY_CEILING;
}

export function formatHash({ ln, r, p }: Cost, salt: Uint8Array, key: Uint8Array): string {
  return `$scrypt-sha256$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(key)}`;
}
