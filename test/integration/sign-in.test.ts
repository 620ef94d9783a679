import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, newAdmin, newUser } from "../support/client.ts";
import { failing, serviceWith } from "../support/faults.ts";

it("a person registers, signs in and reads their account", async () => {
  const user = await newUser();
  const me = await call("GET", "/v1/users/me", { token: user.accessToken });
  expect(me.body.user).toMatchObject({ id: user.id, email: user.email, roles: ["user"] });
  const admin = await newAdmin();
  expect((await call("GET", "/v1/users", { token: admin.accessToken })).status).toBe(200);
});

it("an outage of D1 at sign-in is 503, and never a wrong password", async () => {
  const user = await newUser();
  const broken = serviceWith({ DB: failing(env.DB, () => true) });
  const reply = await broken("POST", "/v1/auth/login", {
    body: { email: user.email, password: "not the right password" },
  });
  expect(reply.status).toBe(503);
  expect(reply.headers.get("retry-after")).toBe("2");
});
