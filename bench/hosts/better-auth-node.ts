/**
 * `node hosts/better-auth-node.ts <directory> [--equal-hash]`: better-auth on Node's own server,
 * its tables in SQLite by node:sqlite, as its documentation mounts it.
 *
 * Chosen in its favour: no commit waits for the disk (WAL, synchronous = normal), no request limit,
 * no log, only the accounts that a round makes, and, as with our sign-up, no session for a new one.
 * Its joins stay off, as shipped: on SQLite they were no faster than two queries.
 */
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { AUTH, BASE_URL, CACHED_AUTH } from "../servers/better-auth-node.ts";
import { hashPassword, verifyPassword } from "./equal-hash.ts";

const [directory = "", ...switches] = process.argv.slice(2);

const database = new DatabaseSync(join(directory, "better-auth.sqlite"));
database.exec("pragma journal_mode = wal; pragma synchronous = normal");

/** As shipped it is scrypt too, with N=2^14, r=16, p=1 and a key of 64 bytes, by node:crypto. */
const equalHash = {
  password: {
    hash: hashPassword,
    verify: ({ hash, password }: { hash: string; password: string }) =>
      verifyPassword(hash, password),
  },
};

const options = (basePath: string, isCached: boolean): BetterAuthOptions => ({
  baseURL: BASE_URL,
  basePath,
  secret: "uFq3X0mR7dYw1oZc5tJ8nB2kVhL6sQ9aEgPiTxWvDyM",
  database,
  emailAndPassword: {
    enabled: true,
    autoSignIn: false,
    ...(switches.includes("--equal-hash") ? equalHash : {}),
  },
  session: { cookieCache: { enabled: isCached } },
  rateLimit: { enabled: false },
  logger: { disabled: true },
  telemetry: { enabled: false },
});

await (await getMigrations(options(AUTH, false))).runMigrations();

// The cookie cache belongs to an instance: one without it, one with it, on the same database.
const plain = toNodeHandler(betterAuth(options(AUTH, false)));
const cached = toNodeHandler(betterAuth(options(CACHED_AUTH, true)));

const server = createServer((request, response) => {
  void (request.url?.startsWith(`${CACHED_AUTH}/`) ? cached : plain)(request, response);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  console.log(JSON.stringify({ origins: { main: `http://127.0.0.1:${address.port}` } }));
});

process.on("SIGTERM", () => process.exit(0));
