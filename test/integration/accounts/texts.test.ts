import { beforeAll, describe, expect, it } from "vitest";
import { call, freshEmail, newAdmin, PASSWORD, type SignedIn } from "../../support/client.ts";
import { newServiceAccount } from "../../support/service-accounts.ts";

let admin: SignedIn;
let program: string;

beforeAll(async () => {
  admin = await newAdmin();
  program = (await newServiceAccount(admin.accessToken)).id;
});

const send = (method: string, path: string, body: unknown) =>
  call(method, path, { token: admin.accessToken, body });

describe.each<[string, string, (text: string) => [method: string, path: string, body: unknown]]>([
  [
    "a registration",
    "name",
    (name) => ["POST", "/v1/auth/register", { email: freshEmail(), password: PASSWORD, name }],
  ],
  ["a new account", "name", (name) => ["POST", "/v1/users", { email: freshEmail(), name }]],
  ["one's own account", "name", (name) => ["PATCH", "/v1/users/me", { name }]],
  ["another's account", "name", (name) => ["PATCH", `/v1/users/${admin.id}`, { name }]],
  ["a new program", "name", (name) => ["POST", "/v1/service-accounts", { name }]],
  ["a program", "name", (name) => ["PATCH", `/v1/service-accounts/${program}`, { name }]],
  [
    "a new role",
    "description",
    (description) => ["POST", "/v1/roles", { name: "texts", description, permissions: [] }],
  ],
])("the text of %s", (_, field, request) => {
  it.each([
    ["   ", "white space"],
    ["Ada ", "white space"],
    ["Ada\u202enimda", "direction"],
    ["\u200bAda", "not seen"],
    ["\u3164", "not seen"],
    ["\u0301", "combining mark"],
    ["A\nda", "line breaks"],
  ])("is not %j: the reply says what is wrong with it", async (text, why) => {
    const reply = await send(...request(text));
    expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
    expect(reply.body.errors).toEqual([{ path: field, message: expect.stringContaining(why) }]);
  });

  it("may have emoji, and letters of any script", async () => {
    expect((await send(...request("می\u200cخواهم 👩🏽\u200d🚀"))).status).toBeLessThan(300);
  });
});

describe("an address with an international domain", () => {
  const local = `ada.${Date.now()}`;
  const [written, canonical] = [`${local}@Bücher.example`, `${local}@xn--bcher-kva.example`];

  it("is one account by either spelling: registered, signed in to, searched for, taken", async () => {
    const made = await send("POST", "/v1/auth/register", { email: written, password: PASSWORD });
    expect([made.status, made.body.email]).toEqual([201, canonical]);
    for (const email of [written, canonical]) {
      const again = await send("POST", "/v1/auth/register", { email, password: PASSWORD });
      expect(again.body.code).toBe("email_taken");
      const body = { email, password: PASSWORD };
      expect((await call("POST", "/v1/auth/login", { body })).status).toBe(200);
      const query = `email=${encodeURIComponent(email)}`;
      const found = await call("GET", `/v1/users?${query}`, { token: admin.accessToken });
      expect(found.body.users).toMatchObject([{ id: made.body.id, email: canonical }]);
    }
  });

  it.each([
    ["bärbel@example.com", "before the @"],
    ["ada@bücher", "domain"],
    ["ada@example", "domain"],
    ["ada", "must be an e-mail address"],
  ])("or another that is none says which part it was: %s", async (email, why) => {
    const reply = await send("POST", "/v1/users", { email });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([{ path: "email", message: expect.stringContaining(why) }]);
  });
});
