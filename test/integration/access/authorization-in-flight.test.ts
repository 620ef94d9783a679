import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  PASSWORD,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { beforeFirstWrite } from "../../support/interposed.ts";
import { interposed } from "../../support/objects.ts";

let admin: SignedIn;
let leaving: SignedIn;
const newcomer = async () =>
  signIn((await insertUser(["admin", "user"], freshEmail("admin"))).email);

beforeEach(async () => {
  [admin, leaving] = [await newcomer(), await newcomer()];
});

type Lose = () => Promise<unknown>;
const losses: Record<string, Lose> = {
  demoted: () =>
    call("DELETE", `/v1/users/${leaving.id}/roles/admin`, { token: admin.accessToken }),
  disabled: () =>
    call("PATCH", `/v1/users/${leaving.id}`, {
      token: admin.accessToken,
      body: { status: "disabled" },
    }),
};

/** A service where somebody loses their rights before a call of an object, once. */
function losingBefore(method: string, lose: Lose) {
  let isLost = false;
  const USERS = interposed(env.USERS, async (called) => {
    if (called !== method || isLost) return;
    isLost = true;
    await lose();
  });
  return serviceWith({ USERS });
}

it.each(Object.entries(losses))(
  "AUZ-04 what an administrator asked for is not done once they are %s",
  async (_, lose) => {
    const target = await insertUser(["user"]);
    const service = losingBefore("change", lose);
    const reply = await service("PUT", `/v1/users/${target.id}/roles/admin`, {
      token: leaving.accessToken,
    });
    expect([reply.status, reply.body.code]).toEqual([403, "forbidden"]);
    const after = await call("GET", `/v1/users/${target.id}`, { token: admin.accessToken });
    expect(after.body.user.roles).toEqual(["user"]);
  },
);

it.each(Object.entries(losses))(
  "AUZ-04 nobody is deleted or renamed by an administrator once they are %s",
  async (_, lose) => {
    const target = await insertUser(["user"]);
    const path = `/v1/users/${target.id}`;
    const token = leaving.accessToken;
    const deletion = await losingBefore("change", lose)("DELETE", path, { token });
    expect([deletion.status, deletion.body.code]).toEqual([403, "forbidden"]);

    leaving = await newcomer();
    const service = serviceWith({ DB: beforeFirstWrite(lose) });
    const body = { name: "Renamed" };
    const naming = await service("PATCH", path, { token: leaving.accessToken, body });
    expect([naming.status, naming.body.code]).toEqual([403, "forbidden"]);

    const after = await call("GET", path, { token: admin.accessToken });
    expect([after.status, after.body.user.name]).toEqual([200, null]);
  },
);

it("AUZ-04 nobody gives a role that was raised above them since it was looked at", async () => {
  const role = async (permissions: readonly string[]) => {
    const name = `role-${crypto.randomUUID().slice(0, 8)}`;
    await call("POST", "/v1/roles", { token: admin.accessToken, body: { name, permissions } });
    return name;
  };
  const giver = await role(["roles:assign", "users:write", "a:b"]);
  const { id, email } = await insertUser([giver, "user"], freshEmail("giver"));
  const { accessToken: token } = await signIn(email);
  const raise = (name: string) => () =>
    call("PATCH", `/v1/roles/${name}`, {
      token: admin.accessToken,
      body: { permissions: ["*"] },
    });

  const given = await role(["a:b"]);
  const assigning = losingBefore("change", raise(given));
  const assigned = await assigning("PUT", `/v1/users/${id}/roles/${given}`, { token });
  expect([assigned.status, assigned.body.code]).toEqual([403, "forbidden"]);

  const held = await role(["a:b"]);
  const making = serviceWith({ DB: beforeFirstWrite(raise(held)) });
  const body = { email: freshEmail("made"), roles: [held] };
  const made = await making("POST", "/v1/users", { token, body });
  expect([made.status, made.body.code]).toEqual([403, "forbidden"]);
});

it.each(Object.entries(losses))(
  "AUZ-04 no account is made by whoever was %s while its password was judged",
  async (_, lose) => {
    const email = freshEmail();
    // The list of breaches is asked between the check of the caller and the write.
    const fetched = globalThis.fetch;
    globalThis.fetch = async () => {
      await lose();
      return new Response("");
    };
    try {
      const service = serviceWith({ BREACH_CHECK_URL: "https://breaches.example/range" });
      const reply = await service("POST", "/v1/users", {
        token: leaving.accessToken,
        body: { email, password: PASSWORD, roles: ["admin"] },
      });
      expect([reply.status, reply.body.code]).toEqual([403, "forbidden"]);
    } finally {
      globalThis.fetch = fetched;
    }
    const found = await call("GET", `/v1/users?email=${email}`, { token: admin.accessToken });
    expect(found.body.users).toEqual([]);
  },
);
