import { beforeAll, expect, it } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  PASSWORD,
  type Reply,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { expectRefused } from "../../support/tokens.ts";

let admin: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

/** Ends a session of the user's, or all of them. */
type Ending = (user: SignedIn) => Promise<Reply>;

const endings: Record<string, Ending> = {
  "logging out": (user) => call("POST", "/v1/auth/logout", { token: user.accessToken }),
  "logging out by refresh token": (user) =>
    call("POST", "/v1/auth/logout", { body: { refresh_token: user.refreshToken } }),
  "changing the password elsewhere": async (user) => {
    const elsewhere = await signIn(user.email);
    const body = { current_password: PASSWORD, new_password: "another horse battery staple" };
    return call("POST", "/v1/users/me/password", { token: elsewhere.accessToken, body });
  },
  disabling: (user) =>
    call("PATCH", `/v1/users/${user.id}`, {
      token: admin.accessToken,
      body: { status: "disabled" },
    }),
  deleting: (user) => call("DELETE", `/v1/users/${user.id}`, { token: admin.accessToken }),
};

it.each(Object.entries(endings))(
  "REF-08 %s: no refresh that follows the reply succeeds",
  async (_, end) => {
    const user = await newUser();
    const tokens = new Set([user.refreshToken]);
    const accessTokens: string[] = [];
    let over = false;
    /** A client that rotates without pause; what it begins after the end must fail. */
    const client = async () => {
      let token = user.refreshToken;
      while (!over) {
        const reply = await refresh(token);
        if (reply.status !== 200) return;
        token = reply.body.refresh_token;
        tokens.add(token);
        accessTokens.push(reply.body.access_token);
      }
    };
    const ending = end(user).finally(() => {
      over = true;
    });
    const [reply] = await Promise.all([ending, client()]);
    expect([200, 204]).toContain(reply.status);
    for (const token of tokens) expect((await refresh(token)).status).toBe(401);
    await expectRefused({
      first: user.accessToken,
      newest: accessTokens.at(-1) ?? user.accessToken,
    });
  },
);
