import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  PASSWORD,
  type SignedIn,
  signIn,
} from "../support/client.ts";
import { serviceWith } from "../support/faults.ts";
import { interposed } from "../support/objects.ts";

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
