import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { userIdOf } from "../../../src/domain/ids.ts";
import type { AccountPolicy } from "../../../src/use-cases/accounts/ports.ts";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  PASSWORD,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { ACCOUNT_POLICY, CAUSE } from "../../support/samples.ts";
import { userObject } from "../../support/storage.ts";

let admin: SignedIn;

// One administrator at the start of each test: those of the tests before are made plain users.
beforeEach(async () => {
  await env.DB.prepare("delete from user_roles where role = 'admin'").run();
  admin = await newAdmin();
});

const activeAdmins = async (): Promise<number | null> =>
  env.DB.prepare(
    `select count(*) as n from user_roles join users on users.id = user_roles.user_id
     where role = 'admin' and status = 'active'`,
  ).first<number>("n");

/** The ways to lose an administrator, by another's hand or, on oneself, by one's own. */
const WAYS: [
  string,
  (actor: SignedIn, target: SignedIn, service?: typeof call) => ReturnType<typeof call>,
][] = [
  [
    "the role is taken",
    (actor, { id }, service = call) =>
      service("DELETE", `/v1/users/${id}/roles/admin`, { token: actor.accessToken }),
  ],
  [
    "the account is disabled",
    (actor, { id }, service = call) =>
      service("PATCH", `/v1/users/${id}`, {
        token: actor.accessToken,
        body: { status: "disabled" },
      }),
  ],
  [
    "the account is deleted",
    (actor, { id }, service = call) =>
      service("DELETE", `/v1/users/${id}`, { token: actor.accessToken }),
  ],
];

describe.each(WAYS)("AUZ-03 when %s", (_, lose) => {
  it("the last administrator stays", async () => {
    const reply = await lose(admin, admin);
    expect(reply.status).toBe(409);
    expect(reply.body.code).toBe("last_admin");
    expect((await call("GET", "/v1/users", { token: admin.accessToken })).status).toBe(200);
  });

  it("one that is disabled does not count", async () => {
    const other = await newAdmin();
    expect((await WAYS[1]?.[1](admin, other))?.status).toBe(200);
    expect((await lose(admin, admin)).body.code).toBe("last_admin");
    // Nor is the disabled one in the way of anybody.
    expect((await lose(admin, other)).status).toBeLessThan(300);
  });

  it("of two that do it to each other at once, one remains", async () => {
    const other = await newAdmin();
    const replies = await Promise.all([lose(admin, other), lose(other, admin)]);
    expect(replies.filter((reply) => reply.status < 300)).toHaveLength(1);
    expect(await activeAdmins()).toBe(1);
  });

  it("of two that do it to themselves at once, one remains", async () => {
    const other = await newAdmin();
    const replies = await Promise.all([lose(admin, admin), lose(other, other)]);
    expect(replies.filter((reply) => reply.body.code === "last_admin")).toHaveLength(1);
    expect(await activeAdmins()).toBe(1);
  });
});

describe.each(WAYS)("AUZ-03 when %s and addresses must be verified", (_, lose) => {
  const strict = serviceWith({ REQUIRE_VERIFIED_EMAIL: "true" });

  it("one who could not sign in does not count", async () => {
    await insertUser(["admin", "user"], freshEmail(), { verified: false });
    expect((await lose(admin, admin, strict)).body.code).toBe("last_admin");
    await insertUser(["admin", "user"]);
    expect((await lose(admin, admin, strict)).status).toBeLessThan(300);
  });

  it("one who could does, as soon as the configuration lets them", async () => {
    await insertUser(["admin", "user"], freshEmail(), { verified: false });
    expect((await lose(admin, admin)).status).toBeLessThan(300);
  });
});

it("CFW-17 AUZ-03 to a call by older code, which does not say, addresses must be verified", async () => {
  await insertUser(["admin", "user"], freshEmail(), { verified: false });
  const { requireVerifiedEmail: _, ...policy } = ACCOUNT_POLICY;
  const userId = userIdOf(admin.id.slice("usr_".length));
  const to = { userId, policy: policy as AccountPolicy };
  const change = { kind: "remove_role", role: "admin" } as const;
  const command = { changeId: "older-code", change, ifVersion: null, cause: CAUSE };
  expect(await userObject(userId).change(to, command)).toEqual({ kind: "last_admin" });
});

it("AUZ-03 the last administrator cannot delete their own account either", async () => {
  const remove = (token: string) =>
    call("DELETE", "/v1/users/me", { token, body: { password: PASSWORD } });
  const refused = await remove(admin.accessToken);
  expect(refused.status).toBe(409);
  expect(refused.body.code).toBe("last_admin");
  await newAdmin();
  expect((await remove((await signIn(admin.email)).accessToken)).status).toBe(204);
  expect(await activeAdmins()).toBe(1);
});
