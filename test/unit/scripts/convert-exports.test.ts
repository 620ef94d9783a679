import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Conversion } from "../../../scripts/convert/conversion.ts";
import { convertExport, type ExportFile, type Product } from "../../../scripts/convert/exports.ts";
import { parseUserLine, userLine } from "../../../scripts/import/user-line.ts";
import { passwordHasher, SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";
import { FIREBASE_EXAMPLE, FOREIGN_PASSWORD } from "../../support/foreign-hashes.ts";

/*
 * Exports in the form of each product, whose hashes Python's hashlib, crypt(3), OpenSSL and
 * Firebase's authors made.
 */

const NOW = Date.parse("2025-01-01T00:00:00Z");
const DIRECTORY = join(import.meta.dirname, "../../support/exports");
const sample = (name: string): string => readFileSync(join(DIRECTORY, name), "utf8");

const convert = (product: Product, name: string, more: Partial<ExportFile> = {}): Conversion[] =>
  convertExport({ product, text: sample(name), hashConfig: null, ...more }, NOW);

const hasher = passwordHasher(SCRYPT_ENGINES.native, (length) => new Uint8Array(length));

/** Those who can sign in once their line is imported, by the name before the @. */
async function whoSignsIn(conversions: readonly Conversion[], password: Password) {
  const schema = userLine({ now: NOW, allowPlainSha2: true });
  const names: string[] = [];
  for (const { line } of conversions) {
    if (line === null) continue;
    const parsed = parseUserLine(schema, JSON.stringify(line));
    if (parsed.kind === "refused") throw new Error(parsed.reasons.join());
    const { passwordHash, email } = parsed.user;
    const verdict = passwordHash && (await hasher.verify(password, passwordHash));
    if (verdict === "match_outdated") names.push(email.replace("@example.com", ""));
  }
  return names;
}

const notes = (conversions: readonly Conversion[]) =>
  conversions.flatMap(({ note }, index) => (note === null ? [] : [`${index + 1} ${note}`]));

const without = (conversion: Conversion | undefined) => {
  const { password_hash: _, ...rest } = conversion?.line ?? { email: "" };
  return rest;
};

describe("an export of Auth0", () => {
  const found = convert("auth0", "auth0.ndjson");

  it("gives everybody with a hash that can be verified their password", async () => {
    const names = ["bcrypt", "pbkdf2", "scrypt", "sha256", "ldap"];
    expect(await whoSignsIn(found, FOREIGN_PASSWORD)).toEqual(names);
  });

  it("says who goes without, and who is left out", () => {
    expect(notes(found)).toEqual([
      "6 without its password: its hash is md5",
      "7 without its password: its sha512 has no salt",
      "8 without its password: its password was not hashed in UTF-8",
      "9 left out: it has no e-mail address",
    ]);
  });

  it("keeps what else is known of somebody", () => {
    expect(without(found[1])).toEqual({
      email: "pbkdf2@example.com",
      email_verified: false,
      name: "Ada  Lovelace",
      created_at: "2021-03-05T16:35:16.775Z",
    });
    expect(without(found[2])).toEqual({
      email: "scrypt@example.com",
      email_verified: false,
      status: "disabled",
    });
  });

  it("may be an array, as its import takes it", () => {
    const users = sample("auth0.ndjson").trim().split("\n").join(",");
    expect(convert("auth0", "auth0.ndjson", { text: `[${users}]` })).toEqual(found);
  });
});

describe("an export of Firebase", () => {
  const hashConfig = sample("firebase-hash-config.txt");
  const found = convert("firebase", "firebase.json", { hashConfig });

  it("gives everybody with a hash their password", async () => {
    expect(await whoSignsIn(found, FIREBASE_EXAMPLE.password)).toEqual(["scrypt", "urlsafe"]);
  });

  it("says who goes without, and who is left out", () => {
    expect(notes(found)).toEqual([
      "4 without its password: the export has no hashes: export as a project's owner",
      "5 left out: it has no e-mail address",
    ]);
  });

  it("keeps what else is known of somebody, without what no name here may have", () => {
    expect(found.slice(0, 3).map(without)).toEqual([
      {
        email: "scrypt@example.com",
        email_verified: true,
        name: "Grace Hopper",
        created_at: "2017-02-05T19:47:07.000Z",
      },
      {
        email: "urlsafe@example.com",
        email_verified: false,
        status: "disabled",
        created_at: "2017-02-05T19:47:07.000Z",
      },
      {
        email: "social@example.com",
        email_verified: true,
        name: "Nobody",
        created_at: "2017-02-05T19:47:07.000Z",
      },
    ]);
  });

  it.each([null, "", hashConfig.replace("SCRYPT", "BCRYPT"), hashConfig.replace("rounds", "r")])(
    "needs the parameters of the project: not %j",
    (other) => {
      expect(() => convert("firebase", "firebase.json", { hashConfig: other })).toThrow(
        "--hash-config",
      );
    },
  );
});

describe.each(["supabase.csv", "supabase.json"])("an export of Supabase, %s", (name) => {
  const found = convert("supabase", name);

  it("gives everybody with a hash their password", async () => {
    const names = ["bcrypt", "banned", "was-banned"];
    expect(await whoSignsIn(found, FOREIGN_PASSWORD)).toEqual(names);
    expect(await whoSignsIn(found, FIREBASE_EXAMPLE.password)).toEqual(["fbscrypt"]);
  });

  it("leaves out who is deleted, signs in elsewhere or has no address", () => {
    expect(notes(found)).toEqual([
      "5 left out: it is deleted",
      "6 left out: it signs in through an identity provider (SSO)",
      "7 left out: it has no e-mail address",
    ]);
  });

  it("keeps what else is known of somebody; a ban that has ended is none", () => {
    const created_at = "2023-05-31T08:00:00.123Z";
    expect(found.slice(0, 4).map(without)).toEqual([
      {
        email: "bcrypt@example.com",
        email_verified: true,
        name: 'Ada "Countess", Lovelace',
        created_at,
      },
      { email: "banned@example.com", email_verified: false, status: "disabled", created_at },
      { email: "was-banned@example.com", email_verified: false, created_at },
      { email: "magic-link@example.com", email_verified: true, created_at },
    ]);
  });
});

describe("an export of Keycloak", () => {
  const found = convert("keycloak", "keycloak.json");

  it("gives everybody with a hash that can be verified their password", async () => {
    const names = ["sha256", "sha512", "sha1", "argon2"];
    expect(await whoSignsIn(found, FOREIGN_PASSWORD)).toEqual(names);
  });

  it("says who goes without, and who is left out", () => {
    expect(notes(found)).toEqual([
      "5 without its password: its argon2 is of another type or version",
      "6 without its password: its hash is bcrypt-provider",
      "8 left out: it has no e-mail address",
    ]);
  });

  it("keeps what else is known of somebody", () => {
    const created_at = "2023-05-31T08:00:00.000Z";
    expect(found.slice(0, 3).map(without)).toEqual([
      { email: "sha256@example.com", email_verified: true, name: "Ada Lovelace", created_at },
      { email: "sha512@example.com", email_verified: true, status: "disabled", created_at },
      { email: "sha1@example.com", email_verified: false, created_at },
    ]);
  });
});

it("an export of Cognito has no passwords, and names in one field or in two", () => {
  const found = convert("cognito", "cognito.csv");
  expect(found.map(({ line }) => line)).toEqual([
    { email: "ada@example.com", email_verified: true, name: "Ada Lovelace" },
    { email: "grace@example.com", email_verified: false, name: "Grace Hopper" },
    null,
  ]);
  expect(notes(found)).toEqual(["3 left out: it has no e-mail address"]);
});

it("one user that cannot be read keeps nobody back, and is named by the field at fault", () => {
  const text = JSON.stringify([{ email: 7, passwordHash: "secret" }, { email: "ada@example.com" }]);
  const found = convert("auth0", "auth0.ndjson", { text });
  expect(notes(found)).toEqual(["1 left out: it cannot be read (email)"]);
  expect(found[1]?.line?.email).toBe("ada@example.com");
});

it("what an export says of itself is quoted in no note, unless it is a word", () => {
  const hashed = (algorithm: string) => ({
    email: "ada@example.com",
    custom_password_hash: { algorithm, hash: { value: "x" } },
  });
  const text = JSON.stringify([hashed("md4"), hashed("\u001b[2J$2b$06$abcdefghijklmnopqrstuu")]);
  expect(notes(convert("auth0", "auth0.ndjson", { text }))).toEqual([
    "1 without its password: its hash is md4",
    "2 without its password: its hash is of another kind",
  ]);
});

it("a time that no import takes is left out, and the account is not", () => {
  const users = [-1, 1_486_332_324_027_000, 1e300].map((createdAt) => ({
    email: "ada@example.com",
    createdAt,
  }));
  const hashConfig = sample("firebase-hash-config.txt");
  const found = convert("firebase", "firebase.json", {
    text: JSON.stringify({ users }),
    hashConfig,
  });
  const account = { email: "ada@example.com", email_verified: false };
  expect(found).toEqual(users.map(() => ({ line: account, note: null })));
});

it("a credential that is no JSON costs its account the password alone", () => {
  const credentials = [{ type: "password", secretData: "{", credentialData: "{}" }];
  const text = JSON.stringify({ users: [{ email: "ada@example.com", credentials }] });
  expect(notes(convert("keycloak", "keycloak.json", { text }))).toEqual([
    "1 without its password: its credential cannot be read",
  ]);
});
