/**
 * A password hash at auth-service's cost and by its faster engine, for the rows in which a peer
 * hashes as dearly as we do: whatever is left between them is the peer's own work.
 */
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from "node:crypto";

const [N, r, p, length] = [2 ** 15, 8, 3, 32];
/** The runtime's own limit of 32 MiB is just below what this cost needs. */
const COST = { N, r, p, maxmem: 64 * 1024 * 1024 };

type Derive = (password: string, salt: Buffer) => Buffer | Promise<Buffer>;

/** @returns salt and key in hexadecimal */
async function hashed(derive: Derive, password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${(await derive(password, salt)).toString("hex")}`;
}

async function verified(derive: Derive, password: string, stored: string): Promise<boolean> {
  const [salt = "", key = ""] = stored.split(":");
  const expected = Buffer.from(key, "hex");
  const derived = await derive(password, Buffer.from(salt, "hex"));
  return expected.length === length && timingSafeEqual(derived, expected);
}

/** In a Worker. */
const inPlace: Derive = (password, salt) => scryptSync(password, salt, length, COST);
export const hashEqually = (password: string) => hashed(inPlace, password);
export const verifyEqually = (password: string, stored: string) =>
  verified(inPlace, password, stored);

/** On the thread pool, as one would on Node: the event loop stays free. */
const onThePool: Derive = (password, salt) =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, length, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
export const hashPassword = (password: string) => hashed(onThePool, password);
export const verifyPassword = (stored: string, password: string) =>
  verified(onThePool, password, stored);
