import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  PASSWORD,
  refresh,
  signIn,
} from "../../support/client.ts";
import { inboxOf, mailTo } from "../../support/inbox.ts";

const NEXT = "a turtle on roller skates";

const verify = (token: string, session?: string) =>
  call("POST", "/v1/auth/email/verify", {
    body: { token },
    ...(session === undefined ? {} : { token: session }),
  });

async function person() {
  const { email } = await insertUser(["user"]);
  return signIn(email);
}

const ask = (token: string, email: string, password: string = PASSWORD) =>
  call("POST", "/v1/users/me/email", { token, body: { password, email } });

describe("ACC-09 another address", () => {
  it("needs the password, is confirmed from the new one, and the old one hears of it", async () => {
    const user = await person();
    const email = freshEmail("moved");
    const refused = await ask(user.accessToken, email, "not the right password");
    expect([refused.status, refused.body.code]).toEqual([401, "invalid_credentials"]);
    const asked = await ask(user.accessToken, email);
    expect([asked.status, asked.body]).toEqual([202, ""]);
    const { page, token } = await mailTo(email);
    expect(page).toBe("http://localhost:3000/confirm-email");
    const before = await call("GET", "/v1/users/me", { token: user.accessToken });
    expect(before.body.user.email).toBe(user.email);
    expect((await verify(token, user.accessToken)).status).toBe(204);
    const after = await call("GET", "/v1/users/me", { token: user.accessToken });
    expect(after.body.user).toMatchObject({ email, email_verified: true });
    expect((await refresh(user.refreshToken)).status).toBe(200);
    const told = await mailTo(user.email);
    expect([told.token, told.text.includes(email)]).toEqual(["", false]);
    await signIn(email);
    const old = await call("POST", "/v1/auth/login", {
      body: { email: user.email, password: PASSWORD },
    });
    expect(old.body.code).toBe("invalid_credentials");
  });

  it("ENU-03 that is taken is answered alike, and gets no mail", async () => {
    const user = await person();
    const taken = await insertUser(["user"]);
    const free = freshEmail("free");
    const replies = [await ask(user.accessToken, taken.email), await ask(user.accessToken, free)];
    expect(replies.map(({ status, body }) => [status, body])).toEqual([
      [202, ""],
      [202, ""],
    ]);
    await mailTo(free);
    expect(await inboxOf(taken.email)).toEqual([]);
  });

  it("that somebody else took meanwhile is refused like any token", async () => {
    const user = await person();
    const email = freshEmail("wanted");
    await ask(user.accessToken, email);
    const { token } = await mailTo(email);
    await insertUser(["user"], email);
    expect((await verify(token, user.accessToken)).body.code).toBe("invalid_token");
  });

  it("ACC-08 whoever merely reads the mail confirms nothing, and the link stays good", async () => {
    const [user, other] = [await person(), await person()];
    const email = freshEmail("mistyped");
    await ask(user.accessToken, email);
    const { token } = await mailTo(email);
    for (const session of [undefined, other.accessToken]) {
      const refused = await verify(token, session);
      expect([refused.status, refused.body.code]).toEqual([401, "invalid_credentials"]);
    }
    const body = { token, password: PASSWORD };
    expect((await call("POST", "/v1/auth/email/verify", { body })).status).toBe(204);
    await signIn(email);
  });

  it("ACC-02 of fifty confirmations at once one is done", async () => {
    const user = await person();
    const email = freshEmail("moved");
    await ask(user.accessToken, email);
    const { token } = await mailTo(email);
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => verify(token, user.accessToken)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([
      204,
      ...Array.from({ length: 49 }, () => 401),
    ]);
  });
});

describe("an invitation", () => {
  it("is mailed to an account made without a password, and gives it one", async () => {
    const admin = await newAdmin();
    const email = freshEmail("invited");
    const made = await call("POST", "/v1/users", { token: admin.accessToken, body: { email } });
    expect(made.status).toBe(201);
    const { page, token } = await mailTo(email);
    expect(page).toBe("http://localhost:3000/accept-invitation");
    expect((await verify(token)).body.code).toBe("invalid_token");
    const body = { token, password: NEXT };
    expect((await call("POST", "/v1/auth/password/reset", { body })).status).toBe(204);
    await signIn(email, NEXT);
    const row = env.DB.prepare("select expires_at, email_verified from users where email = ?");
    expect(await row.bind(email).first()).toEqual({ expires_at: null, email_verified: 1 });
  });

  it("is not mailed again when the account is made once more", async () => {
    const admin = await newAdmin();
    const email = freshEmail("invited");
    await call("POST", "/v1/users", { token: admin.accessToken, body: { email } });
    const again = await call("POST", "/v1/users", { token: admin.accessToken, body: { email } });
    expect(again.body.code).toBe("email_taken");
    await mailTo(email);
  });
});
