import { createHash } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { call, freshEmail, newUser, PASSWORD } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

afterEach(() => vi.unstubAllGlobals());

const here = serviceWith({});
const asking = serviceWith({ BREACH_CHECK_URL: "https://breaches.example/range" });

const registering = (password: string, email = freshEmail(), service = here) =>
  service("POST", "/v1/auth/register", { body: { email, password } });

it.each([
  ["common", "P@ssw0rd123456789"],
  ["sequential", "abcdefghijklmnopqrstuvwxyz"],
  ["common", "qwertyuiopasdfghjkl"],
  ["sequential", "aaaaaaaaaaaaaaaaaaaa"],
  ["contains_context", "my Auth-Service rocks 4ever"],
  ["too_short", "x7!Kq9#mZ2$wLp"],
])("PWD-05 the reason is %s when somebody wants %s", async (reason, password) => {
  const reply = await registering(password);
  expect(reply.status).toBe(422);
  expect(reply.body.code).toBe("weak_password");
  expect(reply.body.errors).toEqual([{ path: "password", message: reason }]);
});

it("PWD-05 a weak password is named by the field that it was sent in", async () => {
  const { accessToken: token } = await newUser();
  const body = { current_password: PASSWORD, new_password: "aaaaaaaaaaaaaaaaaaaa" };
  const reply = await call("POST", "/v1/users/me/password", { token, body });
  expect([reply.status, reply.body.code]).toEqual([422, "weak_password"]);
  expect(reply.body.errors).toEqual([{ path: "new_password", message: "sequential" }]);
});

it("PWD-05 a password that holds the name in its own address is refused, and passes for others", async () => {
  const password = "xyzzy Tortoise.Fan plugh";
  const own = await registering(password, "tortoise.fan@example.com");
  expect(own.status).toBe(422);
  expect(own.body.errors).toEqual([{ path: "password", message: "contains_context" }]);
  expect((await registering(password)).status).toBe(201);
});

it("PWD-05 a breached password is refused, and only five digits of its hash leave", async () => {
  const digest = createHash("sha1").update(PASSWORD).digest("hex").toUpperCase();
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return new Response(`${"0".repeat(35)}:9\r\n${digest.slice(5)}:3\r\n`);
  });
  const reply = await registering(PASSWORD, freshEmail(), asking);
  expect(reply.status).toBe(422);
  expect(reply.body.errors).toEqual([{ path: "password", message: "breached" }]);
  expect(asked).toEqual([`https://breaches.example/range/${digest.slice(0, 5)}`]);
});

it("PWD-05 an outage of the breach list lets the password pass, and the log says so", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.stubGlobal("fetch", async () => new Response("down", { status: 500 }));
  expect((await registering(PASSWORD, freshEmail(), asking)).status).toBe(201);
  expect(warn.mock.calls.join()).toContain('"event":"breach_check_failed"');
  warn.mockRestore();
});
