import { randomBytes, scryptSync } from "node:crypto";
import { hashEqually } from "../workers/equal-hash.ts";
import { PASSWORD } from "./product.ts";

/** As many accounts as auth-service has. */
const USERS = 1_000;

/** What its `getMigrations()` makes of the Worker's options, statement by statement. */
export const SCHEMA = [
  'create table "user" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null)',
  'create table "session" ("id" text not null primary key, "expiresAt" date not null, "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)',
  'create table "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null)',
  'create table "verification" ("id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null)',
  'create table "jwks" ("id" text not null primary key, "publicKey" text not null, "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text)',
  'create index "session_userId_idx" on "session" ("userId")',
  'create index "account_userId_idx" on "account" ("userId")',
  'create index "verification_identifier_idx" on "verification" ("identifier")',
];

/** Rows as its sign-up writes them. */
export const accounts = (hash: "shipped" | "equal"): string[] => [
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${USERS - 1})
   insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
   select lower(hex(randomblob(16))), 'A person', 'user-' || i || '@example.com', 0,
     '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' from n`,
  `insert into "account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
   select lower(hex(randomblob(16))), "id", 'credential', "id",
     '${hash === "equal" ? hashEqually(PASSWORD) : shippedHash()}', "createdAt", "updatedAt" from "user"`,
];

/** PASSWORD's hash as better-auth itself makes it: the salt goes in as its hexadecimal text. */
function shippedHash(): string {
  const salt = randomBytes(16).toString("hex");
  const cost = { N: 2 ** 14, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
  return `${salt}:${scryptSync(PASSWORD, salt, 64, cost).toString("hex")}`;
}
