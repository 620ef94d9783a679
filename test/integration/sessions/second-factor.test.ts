import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { call, newAdmin, newUser, PASSWORD, refresh, signIn } from "../../support/client.ts";
import { enrol, firstFactor, newEnrolled, SECOND } from "../../support/second-factors.ts";
import { dumpObject, userObject } from "../../support/storage.ts";
import { claimsOf } from "../../support/tokens.ts";
import { codeOf, wrongCode } from "../../support/totp.ts";

const FACTORS = "/v1/users/me/factors";

describe("a second factor", () => {
  it("counts from its first code on, and comes with ten recovery codes", async () => {
    const user = await newUser();
    const { accessToken: token } = user;
    const begun = await call("POST", `${FACTORS}/totp`, { token, body: { password: PASSWORD } });
    expect(begun.status).toBe(201);
    expect(begun.body.otpauth_uri).toContain(`secret=${begun.body.secret}`);
    // Not confirmed: the password alone goes on.
    await signIn(user.email);
    const confirm = `${FACTORS}/totp/${begun.body.id}/confirm`;
    const wrong = await call("POST", confirm, {
      token,
      body: { code: wrongCode(begun.body.secret) },
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, "invalid_code"]);
    const right = { token, body: { code: codeOf(begun.body.secret) } };
    const confirmed = await call("POST", confirm, right);
    expect(confirmed.body.recovery_codes).toHaveLength(10);
    const listed = await call("GET", FACTORS, { token });
    expect(listed.body).toEqual({
      factors: [
        {
          id: begun.body.id,
          kind: "totp",
          created_at: expect.any(String),
          last_used_at: expect.any(String),
        },
      ],
      recovery_codes_left: 10,
    });
  });

  it("is asked for after the password, and its code opens one session, once", async () => {
    const user = await newEnrolled();
    const login = { body: { email: user.email, password: PASSWORD } };
    const first = await call("POST", "/v1/auth/login", login);
    expect([first.status, first.body.code]).toEqual([403, "second_factor_required"]);
    expect(first.body.factors).toEqual(["totp", "recovery_code"]);
    const body = { second_factor_token: first.body.second_factor_token, totp: codeOf(user.secret) };
    const tries = await Promise.all([1, 2, 3].map(() => call("POST", SECOND, { body })));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const opened = tries.find(({ status }) => status === 200)?.body;
    expect(claimsOf(opened.access_token)).toMatchObject({
      amr: ["pwd", "otp", "mfa"],
      acr: "aal2",
    });
    const next = await refresh(opened.refresh_token);
    expect(claimsOf(next.body.access_token)).toMatchObject({ acr: "aal2" });
  });

  it("does not take a code that was used, in another sign-in either", async () => {
    const user = await newEnrolled();
    const totp = codeOf(user.secret);
    const one = { second_factor_token: await firstFactor(user), totp };
    expect((await call("POST", SECOND, { body: one })).status).toBe(200);
    const two = { second_factor_token: await firstFactor(user), totp };
    const again = await call("POST", SECOND, { body: two });
    expect([again.status, again.body.code]).toEqual([401, "invalid_code"]);
    // The token of the first sign-in is spent, whatever is shown with it.
    const spent = { second_factor_token: one.second_factor_token, totp: codeOf(user.secret, 1) };
    const reply = await call("POST", SECOND, { body: spent });
    expect([reply.status, reply.body.code]).toEqual([401, "invalid_token"]);
  });

  it("can be a recovery code in its place, each once, however it is typed", async () => {
    const user = await newEnrolled();
    const [code = ""] = user.codes;
    const show = async (recovery_code: string) =>
      call("POST", SECOND, {
        body: { second_factor_token: await firstFactor(user), recovery_code },
      });
    const opened = await show(` ${code.toUpperCase().replaceAll("-", " ")} `);
    expect(claimsOf(opened.body.access_token)).toMatchObject({ amr: ["pwd", "mfa"], acr: "aal2" });
    expect((await show(code)).body.code).toBe("invalid_code");
    const listed = await call("GET", FACTORS, { token: opened.body.access_token });
    expect(listed.body.recovery_codes_left).toBe(9);
  });

  it("is not lost with the answer where it was a recovery code: the same request gives the same session", async () => {
    const user = await newEnrolled();
    const token = await firstFactor(user);
    const [code, other] = user.codes;
    const show = (recovery_code: string | undefined) =>
      call("POST", SECOND, { body: { second_factor_token: token, recovery_code } });
    const first = await show(code);
    const again = await show(code);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    expect(again.body.session_id).toBe(first.body.session_id);
    expect((await show(other)).body.code).toBe("invalid_token");
    await refresh(first.body.refresh_token);
    expect((await show(code)).body.code).toBe("invalid_token");
  });

  it("is no token for anything else, and no longer one after any change of the account", async () => {
    const user = await newEnrolled();
    const token = await firstFactor(user);
    expect((await call("GET", "/v1/users/me", { token })).status).toBe(401);
    expect((await refresh(token)).status).toBe(401);
    await call("POST", "/v1/users/me/password", {
      token: user.accessToken,
      body: { current_password: PASSWORD, new_password: PASSWORD },
    });
    const body = { second_factor_token: token, totp: codeOf(user.secret) };
    expect((await call("POST", SECOND, { body })).body.code).toBe("invalid_token");
  });

  it("delays after five wrong codes, and only its own kind", async () => {
    const user = await newEnrolled();
    const token = await firstFactor(user);
    const totp = wrongCode(user.secret);
    const show = (shown: object) =>
      call("POST", SECOND, { body: { second_factor_token: token, ...shown } });
    const wrong = [];
    for (let n = 0; n < 6; n++) wrong.push((await show({ totp })).status);
    expect(wrong).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await show({ totp: codeOf(user.secret) })).status).toBe(429);
    expect((await show({ recovery_code: user.codes[3] })).status).toBe(200);
  });

  it("leaves a session from before as it was, which may change nothing then", async () => {
    const user = await newUser();
    const older = await signIn(user.email);
    await enrol(user);
    const attempts = await Promise.all([
      call("POST", "/v1/users/me/password", {
        token: older.accessToken,
        body: { current_password: PASSWORD, new_password: "another horse battery staple" },
      }),
      call("DELETE", "/v1/users/me", { token: older.accessToken, body: { password: PASSWORD } }),
      call("POST", `${FACTORS}/totp`, { token: older.accessToken, body: { password: PASSWORD } }),
      call("POST", `${FACTORS}/recovery-codes`, { token: older.accessToken, body: {} }),
    ]);
    for (const { status, body, headers } of attempts) {
      expect([status, body.code]).toEqual([401, "insufficient_user_authentication"]);
      expect(headers.get("www-authenticate")).toBe(
        'Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="600"',
      );
    }
    expect((await call("GET", "/v1/users/me", { token: older.accessToken })).status).toBe(200);
  });

  it("steps an older session up, which goes on as the same one", async () => {
    const user = await newUser();
    const older = await signIn(user.email);
    const { secret, codes } = await enrol(user);
    const token = older.accessToken;
    const wrong = await call("POST", "/v1/auth/step-up", {
      token,
      body: { totp: wrongCode(secret) },
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, "invalid_code"]);
    const up = await call("POST", "/v1/auth/step-up", { token, body: { totp: codeOf(secret) } });
    expect(up.body).toMatchObject({ token_type: "Bearer", session_id: older.sessionId });
    expect(claimsOf(up.body.access_token)).toMatchObject({ sid: older.sessionId, acr: "aal2" });
    const renewed = await call("POST", `${FACTORS}/recovery-codes`, {
      token: up.body.access_token,
      body: {},
    });
    expect(renewed.body.recovery_codes).toHaveLength(10);
    const old = { second_factor_token: await firstFactor(user), recovery_code: codes[0] };
    expect((await call("POST", SECOND, { body: old })).body.code).toBe("invalid_code");
  });

  it("that is removed ends the other sessions, and lowers none", async () => {
    const user = await newEnrolled();
    const opened = await call("POST", SECOND, {
      body: { second_factor_token: await firstFactor(user), totp: codeOf(user.secret) },
    });
    const token = opened.body.access_token;
    const removed = await call("DELETE", `${FACTORS}/${user.factor}`, { token, body: {} });
    expect(removed.status).toBe(204);
    expect((await refresh(user.refreshToken)).status).toBe(401);
    const next = await refresh(opened.body.refresh_token);
    expect(claimsOf(next.body.access_token)).toMatchObject({ acr: "aal2" });
    const listed = await call("GET", FACTORS, { token });
    expect(listed.body).toEqual({ factors: [], recovery_codes_left: 0 });
    await signIn(user.email);
  });

  it("of somebody who lost it is reset by an administrator with two factors of a moment ago", async () => {
    const user = await newEnrolled();
    const path = `/v1/users/${user.id}/factors`;
    const admin = await newAdmin();
    const refused = await call("DELETE", path, { token: admin.accessToken });
    expect(refused.body.code).toBe("insufficient_user_authentication");
    const { accessToken: token } = await newEnrolled(admin);
    expect((await call("GET", path, { token })).body.factors).toHaveLength(1);
    expect((await call("DELETE", path, { token })).status).toBe(204);
    expect((await refresh(user.refreshToken)).status).toBe(401);
    await signIn(user.email);
  });

  it("is kept so that nobody reads a secret from it, and goes with its owner", async () => {
    const user = await newEnrolled();
    const stored = JSON.stringify(await dumpObject(userObject(user.id)));
    expect(stored).toContain(user.factor);
    for (const secret of [user.secret, ...user.codes]) expect(stored).not.toContain(secret);
    const { accessToken: token } = user;
    await call("DELETE", "/v1/users/me", { token, body: { password: PASSWORD } });
    await runInDurableObject(userObject(user.id), (_, { storage }) => {
      for (const prefix of ["factors/", "recovery-codes/"]) {
        expect([...storage.kv.list({ prefix })]).toEqual([]);
      }
    });
  });
});
