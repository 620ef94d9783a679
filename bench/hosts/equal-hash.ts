/** The hash that every peer is given so that sign-in is compared at the same cost. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** OWASP's cost in 32 MiB, as the service has it. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const [SALT_BYTES, KEY_BYTES] = [16, 32];

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt);
  return `${salt.toString("base64url")}:${key.toString("base64url")}`;
}

export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [salt = "", key = ""] = hash.split(":");
  const derived = await derive(password, Buffer.from(salt, "base64url"));
  const stored = Buffer.from(key, "base64url");
  return stored.length === derived.length && timingSafeEqual(stored, derived);
}

/** On the thread pool, as one would on Node: the event loop stays free. */
function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
