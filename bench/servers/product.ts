import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkerSpecification } from "./server.ts";

/** As wrangler.toml has it, for every Worker here, peers too. */
export const COMPATIBILITY = {
  compatibilityDate: "2026-11-01",
  compatibilityFlags: ["nodejs_compat"],
};

export const ISSUER = "http://localhost:8787";

/** The development configuration of wrangler.toml; only the engine of the hash varies. */
const VARS = {
  ISSUER,
  AUDIENCE: ISSUER,
  PUBLIC_APP_URL: "http://localhost:3000",
  MAIL_FROM: "no-reply@example.com",
  REGISTRATION: "open",
  REQUIRE_VERIFIED_EMAIL: "false",
  ACCESS_TOKEN_TTL: "600",
  REFRESH_IDLE_TTL: "2592000",
  REFRESH_ABSOLUTE_TTL: "7776000",
  REFRESH_REPLAY_WINDOW: "30",
  AUTHORITY_MAX_AGE: "300",
  KEY_ROTATION_INTERVAL: "2592000",
  KEY_PUBLISH_AHEAD: "86400",
  SIGNING_ALG: "ES256",
  PASSWORD_MIN_LENGTH: "15",
  BREACH_CHECK_URL: "",
  CORS_ORIGINS: "",
  AUTH_SECRETS: "v1:uFq3X0mR7dYw1oZc5tJ8nB2kVhL6sQ9aEgPiTxWvDyM",
};

/** More than any round sends: the limit by address is off, here and for every peer. */
const UNLIMITED = 1_000_000_000;

export const authServiceWorker = (
  script: string,
  engine: "noble" | "native",
): WorkerSpecification => ({
  name: "auth-service",
  script,
  ...COMPATIBILITY,
  bindings: { ...VARS, PASSWORD_SCRYPT: engine },
  d1Databases: { DB: "auth-service" },
  kvNamespaces: { JWKS_CACHE: "jwks" },
  durableObjects: {
    USERS: { className: "UserObject", useSQLite: true },
    LOGIN_THROTTLES: { className: "LoginThrottleObject", useSQLite: true },
  },
  ratelimits: Object.fromEntries(
    ["ADDRESS_LIMIT", "SHARED_LIMIT", "CLIENT_LIMIT"].map((name, index) => [
      name,
      { namespace_id: String(index + 1), simple: { limit: UNLIMITED } },
    ]),
  ),
});

export const PASSWORD = "correct horse battery staple";

/** PASSWORD's hash at the service's cost (N=2^15, r=8, p=3). */
const PASSWORD_HASH =
  "$scrypt-sha256$ln=15,r=8,p=3$BwcHBwcHBwcHBwcHBwcHBw$XOko/Q0qcGi3TDrl5TtdZmskzSUhjKUdO1xbryNGZLU";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

export const migrations = (): string[] =>
  readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((name) =>
      readFileSync(join(MIGRATIONS, name), "utf8").split("--> statement-breakpoint"),
    );

export const emailOf = (index: number): string => `user-${index}@example.com`;

/**
 * Accounts `user-0@` and on, whose password is PASSWORD, with random ids as the service makes
 * them. The first is an administrator.
 */
export const accounts = (count: number): string[] => [
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})
   insert into users (id, email, password_hash, created_at, updated_at)
   select 'usr_' || substr(hex(randomblob(11)), 1, 21) || 'A', 'user-' || i || '@example.com',
     '${PASSWORD_HASH}', 1700000000000 + i, 1700000000000 + i from n`,
  "insert into user_roles (user_id, role) select id, 'user' from users",
  `insert into user_roles (user_id, role) select id, 'admin' from users where email = '${emailOf(0)}'`,
];
