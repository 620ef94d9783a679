/**
 * A password hash at auth-service's cost and by its faster engine, for the rows in which a peer
 * hashes as dearly as we do: whatever is left between them is the peer's own work.
 */
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

const [N, r, p, length] = [2 ** 15, 8, 3, 32];
/** The runtime's own limit of 32 MiB is just below what this cost needs. */
const COST = { N, r, p, maxmem: 64 * 1024 * 1024 };

/** @returns salt and key in hexadecimal */
export function hashEqually(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${scryptSync(password, salt, length, COST).toString("hex")}`;
}

export function verifyEqually(password: string, stored: string): boolean {
  const [salt = "", key = ""] = stored.split(":");
  const expected = Buffer.from(key, "hex");
  const derived = scryptSync(password, Buffer.from(salt, "hex"), length, COST);
  return expected.length === length && timingSafeEqual(derived, expected);
}
