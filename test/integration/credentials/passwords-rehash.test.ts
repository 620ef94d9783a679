import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { toBase64, utf8 } from "../../../src/core/security/encoding.ts";
import { SCRYPT_ENGINES } from "../../../src/core/security/passwords.ts";
import { call, freshEmail, insertUser, newUser, PASSWORD, signIn } from "../../support/client.ts";
import { DEFERRED } from "../../support/deferred.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { emptyFeed, notedIds } from "../../support/feed.ts";
import { expectAccepted } from "../../support/tokens.ts";

const storedHash = async (id: string): Promise<string> => {
  const query = env.DB.prepare("select password_hash from users where id = ?").bind(id);
  return (await query.first<string>("password_hash")) ?? "";
};

const store = (id: string, hash: string) =>
  env.DB.prepare("update users set password_hash = ? where id = ?").bind(hash, id).run();

/** What a version of the service with smaller parameters would have stored. */
function oldHash(): string {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = SCRYPT_ENGINES.native(utf8(PASSWORD), salt, { ln: 10, r: 8, p: 1 }, 32);
  return `$scrypt$ln=10,r=8,p=1$${toBase64(salt)}$${toBase64(key)}`;
}

beforeAll(() => newUser()); // the first signing key exists from here on

it("PWD-07 a sign-in on old parameters leaves a hash with the current ones, and no session ends", async () => {
  const user = await insertUser(["user"]);
  await store(user.id, oldHash());
  await emptyFeed();
  const before = await signIn(user.email);
  await vi.waitFor(
    async () => expect(await storedHash(user.id)).toMatch(/^\$scrypt-sha256\$ln=15,r=8,p=3\$/),
    DEFERRED,
  );
  // It is the same password: nothing that goes by it moves on, and nobody need be told.
  expect(await notedIds()).toEqual([]);
  await signIn(user.email);
  await expectAccepted(before.accessToken);
});

it("PWD-07 a rehash that fails does not fail the sign-in", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const user = await insertUser(["user"]);
  const old = oldHash();
  await store(user.id, old);
  const broken = serviceWith({ DB: failing(env.DB, (path) => path === "batch") });
  const body = { email: user.email, password: PASSWORD };
  expect((await broken("POST", "/v1/auth/login", { body })).status).toBe(200);
  await vi.waitFor(
    () => expect(error.mock.calls.join()).toContain("deferred_work_failed"),
    DEFERRED,
  );
  expect(await storedHash(user.id)).toBe(old);
  error.mockRestore();
});

it("PWD-07 a wrong password on old parameters changes nothing", async () => {
  const user = await insertUser(["user"]);
  const old = oldHash();
  await store(user.id, old);
  const body = { email: user.email, password: "not the right password" };
  expect((await call("POST", "/v1/auth/login", { body })).status).toBe(401);
  expect(await storedHash(user.id)).toBe(old);
});

it("PWD-07 a password that an older hash takes for the owner's lets nobody in, and is not renewed into", async () => {
  const user = await insertUser(["user"]);
  const old = oldHash();
  await store(user.id, old);
  const body = { email: user.email, password: `${PASSWORD}\0` };
  expect((await call("POST", "/v1/auth/login", { body })).status).toBe(401);
  expect(await storedHash(user.id)).toBe(old);
  await signIn(user.email);
});

it("PWD-07 a stored hash above the cost ceiling, or one that cannot be read, lets nobody in", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const email = freshEmail();
  const user = await insertUser(["user"], email);
  for (const stored of [oldHash().replace("ln=10", "ln=30"), PASSWORD, "$scrypt$ln=10"]) {
    await store(user.id, stored);
    const reply = await call("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
    expect(reply.status).toBe(401);
    expect(reply.body.code).toBe("invalid_credentials");
  }
  const events = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
  const refused = {
    level: "warn",
    event: "password_hash_refused",
    actor: { kind: "anyone", id: "anyone" },
    userId: user.id,
  };
  expect(events).toEqual([refused, refused, refused]);
  warn.mockRestore();
});
