import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { importSql } from "../../../scripts/import/import-sql.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { call, freshEmail, newUser, signIn } from "../../support/client.ts";
import { DEFERRED } from "../../support/deferred.ts";
import {
  FIREBASE_EXAMPLE,
  FIREBASE_HASH,
  FOREIGN_HASHES,
  FOREIGN_PASSWORD,
  TOO_COSTLY_HASHES,
} from "../../support/foreign-hashes.ts";
import { emailOf, someUserId } from "../../support/samples.ts";

/* Every form on the real runtime, whose cryptography is not Node's. */

const CASES: readonly (readonly [string, string, string])[] = [
  ...Object.entries(FOREIGN_HASHES).map(
    ([name, stored]) => [name, FOREIGN_PASSWORD, stored] as const,
  ),
  ["Firebase's scrypt", FIREBASE_EXAMPLE.password, FIREBASE_HASH],
];

/** As an import makes it. */
async function owner(stored: string): Promise<{ id: UserId; email: string }> {
  const [id, email] = [someUserId(), emailOf(freshEmail())];
  const account = {
    id,
    email,
    emailVerified: true,
    name: null,
    passwordHash: stored,
    roles: [],
    status: "active",
    createdAt: Date.now(),
  } as const;
  const statements = importSql([account], `import-${id}`, Date.now());
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
  return { id, email };
}

const storedHash = (id: string) =>
  env.DB.prepare("select password_hash from users where id = ?").bind(id).first("password_hash");

const login = (email: string, password: string) =>
  call("POST", "/v1/auth/login", { body: { email, password } });

beforeAll(() => newUser()); // the first signing key exists from here on

it.each(CASES)(
  "PWD-07 whoever has a hash made elsewhere signs in, and has this service's afterwards: %s",
  async (_, password, stored) => {
    const user = await owner(stored);
    const wrong = await login(user.email, `${password}.`);
    expect([wrong.status, wrong.body.code]).toEqual([401, "invalid_credentials"]);
    expect(await storedHash(user.id)).toBe(stored);
    await signIn(user.email, password);
    await vi.waitFor(
      async () => expect(await storedHash(user.id)).toMatch(/^\$scrypt-sha256\$ln=15,r=8,p=3\$/),
      DEFERRED,
    );
    await signIn(user.email, password);
    expect((await login(user.email, `${password}.`)).status).toBe(401);
  },
);

it("PWD-07 a bcrypt hash goes on while its owner's password is longer than it can tell", async () => {
  const seventyTwo = `${"0123456789".repeat(7)}ab`;
  const stored = "$2b$04$abcdefghijklmnopqrstuuMtJwfagkGaCKZ.IMpPJzYjhgL/xnp2C";
  const user = await owner(stored);
  await signIn(user.email, `${seventyTwo}mistyped`);
  await signIn(user.email, `${seventyTwo}behind the cut`);
  await signIn(user.email, seventyTwo); // perhaps typed up to the cut
  expect(await storedHash(user.id)).toBe(stored);
});

it.each(Object.entries(TOO_COSTLY_HASHES))(
  "PWD-07 a hash that asks for too much lets nobody in, and the log says of whom: %s",
  async (_, stored) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const user = await owner(stored);
    const reply = await login(user.email, FOREIGN_PASSWORD);
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_credentials"]);
    const lines = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(lines).toEqual([
      {
        level: "warn",
        event: "password_hash_refused",
        actor: { kind: "anyone", id: "anyone" },
        userId: user.id,
      },
    ]);
    warn.mockRestore();
  },
);
