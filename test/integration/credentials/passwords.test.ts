import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, freshEmail, newUser, PASSWORD, register, signIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

const registering = (password: string, email = freshEmail()) =>
  call("POST", "/v1/auth/register", { body: { email, password } });

const storedHash = async (email: string): Promise<string> => {
  const query = env.DB.prepare("select password_hash from users where email = ?").bind(email);
  return (await query.first<string>("password_hash")) ?? "";
};

it("PWD-01 a password is stored as scrypt with its parameters and a salt of its own", async () => {
  const [one, other] = [freshEmail(), freshEmail()];
  await register(one);
  await register(other);
  const hashes = await Promise.all([storedHash(one), storedHash(other)]);
  const phc = /^\$scrypt-sha256\$ln=15,r=8,p=3\$([A-Za-z0-9+/]{22})\$[A-Za-z0-9+/]{43}$/;
  for (const hash of hashes) expect(hash).toMatch(phc);
  const salts = hashes.map((hash) => phc.exec(hash)?.[1]);
  expect(salts[0]).not.toBe(salts[1]);
});

it("PWD-02 a body of a megabyte is refused whole, with nothing made of it", async () => {
  const email = freshEmail();
  const reply = await registering("x".repeat(2 ** 20), email);
  expect(reply.status).toBe(413);
  expect(reply.body.code).toBe("payload_too_large");
  expect(await storedHash(email)).toBe("");
});

it("PWD-02 257 code points are refused by name; 256 of them sign in", async () => {
  const email = freshEmail();
  const longest = ["🐢🐇", ...Array.from({ length: 10 }, () => PASSWORD)].join(" ").slice(0, 258);
  expect([...longest]).toHaveLength(256);
  const refused = await registering(`${longest}!`, email);
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toMatchObject([{ path: "password" }]);
  await register(email, longest);
  await signIn(email, longest);
  const shorter = await call("POST", "/v1/auth/login", {
    body: { email, password: [...longest].slice(0, -1).join("") },
  });
  expect(shorter.status).toBe(401);
});

it("PWD-04 length is counted in code points, and no digit or capital is asked for", async () => {
  const fourteen = "plunge 🐢 otter"; // 15 UTF-16 units
  expect([[...fourteen].length, fourteen.length]).toEqual([14, 15]);
  const short = await registering(fourteen);
  expect(short.status).toBe(422);
  expect(short.body).toMatchObject({
    code: "weak_password",
    errors: [{ path: "password", message: "too_short" }],
  });
  expect((await registering("plunge 🐢 ottery")).status).toBe(201);
});

it("PWD-04 a password is neither trimmed nor case-folded, and Unicode's spellings of it are one", async () => {
  const email = freshEmail();
  await register(email, " Crème brûlée for otters ");
  const login = async (password: string) =>
    (await call("POST", "/v1/auth/login", { body: { email, password } })).status;
  expect(await login("Crème brûlée for otters")).toBe(401);
  expect(await login(" crème brûlée for otters ")).toBe(401);
  expect(await login(" Crème brûlée for otters ".normalize("NFD"))).toBe(200);
});

it("PWD-08 a change without the current password is refused, and so is one with a wrong one", async () => {
  const user = await newUser();
  const change = (body: unknown) =>
    call("POST", "/v1/users/me/password", { token: user.accessToken, body });
  const next = "a turtle on roller skates";
  const without = await change({ new_password: next });
  expect(without.status).toBe(400);
  expect(without.body.errors).toMatchObject([{ path: "current_password" }]);
  const wrong = await change({ current_password: "not the one it was", new_password: next });
  expect(wrong.status).toBe(401);
  expect(wrong.body.code).toBe("invalid_credentials");
  const weak = await change({ current_password: PASSWORD, new_password: "P@ssw0rd123456789" });
  expect(weak.status).toBe(422);
  expect(weak.body.errors).toEqual([{ path: "new_password", message: "common" }]);
  await signIn(user.email);
});

it("both scrypt engines accept what the other stored", async () => {
  const services = ["noble", "native"].map((engine) => serviceWith({ PASSWORD_SCRYPT: engine }));
  for (const [writer, reader] of [services, services.toReversed()]) {
    const body = { email: freshEmail(), password: PASSWORD };
    expect((await writer?.("POST", "/v1/auth/register", { body }))?.status).toBe(201);
    expect((await reader?.("POST", "/v1/auth/login", { body }))?.status).toBe(200);
  }
});
