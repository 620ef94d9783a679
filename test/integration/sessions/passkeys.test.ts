import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { userHandles } from "../../../src/core/security/user-handle.ts";
import { userIdOf } from "../../../src/domain/ids.ts";
import { newAuthenticator } from "../../support/authenticator.ts";
import { call, newAdmin, newUser, PASSWORD, refresh, signIn } from "../../support/client.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import {
  addPasskey,
  answerTo,
  challengeAnyone,
  newWithPasskey,
  PASSKEYS,
  signInByPasskey,
} from "../../support/passkeys.ts";
import { enrol, firstFactor, SECOND } from "../../support/second-factors.ts";
import { userObject } from "../../support/storage.ts";
import { claimsOf } from "../../support/tokens.ts";
import { codeOf } from "../../support/totp.ts";

const FACTORS = "/v1/users/me/factors";
const LOGIN = "/v1/auth/passkeys/login";

describe("a passkey", () => {
  it("is made in a session that proves its owner, counts at once, and comes with recovery codes", async () => {
    const user = await newUser();
    const authenticator = await newAuthenticator();
    const made = await addPasskey(user.accessToken, authenticator);
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^fac_/),
        kind: "passkey",
        name: "Key",
        synced: false,
        created_at: expect.any(String),
        last_used_at: null,
        recovery_codes: expect.any(Array),
      },
    ]);
    expect(made.body.recovery_codes).toHaveLength(10);
    const listed = await call("GET", FACTORS, { token: user.accessToken });
    const { recovery_codes: _, ...factor } = made.body;
    expect(listed.body).toEqual({ factors: [factor], recovery_codes_left: 10 });
    const next = await refresh(user.refreshToken);
    expect(claimsOf(next.body.access_token)).toMatchObject({
      amr: ["pwd", "hwk", "user", "mfa"],
      acr: "aal2",
    });
  });

  it.each([
    [{ algorithm: "ES256" }, "hwk"],
    [{ algorithm: "EdDSA", synced: true, counts: false }, "swk"],
    [{ algorithm: "RS256" }, "hwk"],
  ] as const)("signs in without a user name, as two factors: %j", async (given, method) => {
    const user = await newWithPasskey(given);
    const signedIn = await signInByPasskey(user.authenticator);
    expect(signedIn.status).toBe(200);
    expect(claimsOf(signedIn.body.access_token)).toMatchObject({
      sub: user.id,
      amr: [method, "user", "mfa"],
      acr: "aal2",
    });
    const next = await refresh(signedIn.body.refresh_token);
    expect(claimsOf(next.body.access_token)).toMatchObject({ amr: [method, "user", "mfa"] });
    const listed = await call("GET", FACTORS, { token: next.body.access_token });
    expect(listed.body.factors[0].last_used_at).toEqual(expect.any(String));
  });

  it("that did not know its owner is the first factor, and no second one to itself", async () => {
    const user = await newWithPasskey();
    const touched = { userVerified: false };
    const first = await signInByPasskey(user.authenticator, touched);
    expect([first.status, first.body.code]).toEqual([403, "second_factor_required"]);
    const token = first.body.second_factor_token;
    const asked = await call("POST", `${SECOND}/options`, { body: { second_factor_token: token } });
    expect(asked.body.options.userVerification).toBe("required");
    const passkey = await answerTo(asked, user.authenticator, touched);
    const again = await call("POST", SECOND, { body: { second_factor_token: token, passkey } });
    expect([again.status, again.body.code]).toEqual([401, "invalid_passkey"]);
    const body = { second_factor_token: token, recovery_code: user.codes[0] };
    const opened = await call("POST", SECOND, { body });
    expect(claimsOf(opened.body.access_token)).toMatchObject({
      amr: ["hwk", "user", "mfa"],
      acr: "aal2",
    });
  });

  it("is the second factor after the password, where a touch is enough", async () => {
    const user = await newWithPasskey();
    const login = { body: { email: user.email, password: PASSWORD } };
    const first = await call("POST", "/v1/auth/login", login);
    expect(first.body.factors).toEqual(["passkey", "recovery_code"]);
    const token = first.body.second_factor_token;
    const asked = await call("POST", `${SECOND}/options`, { body: { second_factor_token: token } });
    expect(asked.body.options.userVerification).toBe("preferred");
    expect(asked.body.options.allowCredentials).toEqual([
      { id: user.authenticator.id, type: "public-key", transports: ["usb"] },
    ]);
    const passkey = await answerTo(asked, user.authenticator, { userVerified: false });
    const body = { second_factor_token: token, passkey };
    const tries = await Promise.all([1, 2, 3].map(() => call("POST", SECOND, { body })));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const opened = tries.find(({ status }) => status === 200)?.body;
    expect(claimsOf(opened.access_token)).toMatchObject({
      amr: ["pwd", "hwk", "user", "mfa"],
      acr: "aal2",
    });
  });

  it("is asked for at sign-in of an account that has one alone", async () => {
    const user = await newUser();
    await enrol(user);
    const body = { second_factor_token: await firstFactor(user) };
    expect((await call("POST", `${SECOND}/options`, { body })).status).toBe(404);
    const junk = { second_factor_token: "sf1.AAAA" };
    const refused = await call("POST", `${SECOND}/options`, { body: junk });
    expect([refused.status, refused.body.code]).toEqual([401, "invalid_token"]);
    const { accessToken: token } = await newUser();
    expect((await call("POST", "/v1/auth/step-up/options", { token })).status).toBe(404);
  });

  it("steps an older session up, which goes on as the same one", async () => {
    const owner = await newUser();
    const older = await signIn(owner.email);
    const user = await newWithPasskey({}, owner);
    const token = older.accessToken;
    const asked = await call("POST", "/v1/auth/step-up/options", { token });
    const body = await answerTo(asked, user.authenticator);
    const up = await call("POST", "/v1/auth/step-up", { token, body });
    expect(claimsOf(up.body.access_token)).toMatchObject({
      sid: older.sessionId,
      amr: ["pwd", "hwk", "user", "mfa"],
      acr: "aal2",
    });
    const again = await call("POST", "/v1/auth/step-up", { token, body });
    expect([again.status, again.body.code]).toEqual([401, "invalid_passkey"]);
  });

  it("is called another name, and removed", async () => {
    const user = await newWithPasskey();
    const token = user.accessToken;
    const path = `${FACTORS}/${user.factor}`;
    const renamed = await call("PATCH", path, { token, body: { name: "Blue key" } });
    expect([renamed.status, renamed.body.name]).toEqual([200, "Blue key"]);
    const listed = await call("GET", FACTORS, { token });
    expect(listed.body.factors).toEqual([renamed.body]);
    const unfit = await call("PATCH", path, { token, body: { name: "" } });
    expect([unfit.status, unfit.body.errors[0].path]).toEqual([400, "name"]);
    expect((await call("DELETE", path, { token, body: {} })).status).toBe(204);
    expect((await call("PATCH", path, { token, body: { name: "Gone" } })).status).toBe(404);
    expect((await signInByPasskey(user.authenticator)).body.code).toBe("invalid_passkey");
    await signIn(user.email);
  });

  it("has a name, and an authenticator of codes has none", async () => {
    const user = await newUser();
    const { factor } = await enrol(user);
    const next = await refresh(user.refreshToken);
    const token = next.body.access_token;
    const renamed = await call("PATCH", `${FACTORS}/${factor}`, { token, body: { name: "Phone" } });
    expect(renamed.status).toBe(404);
  });

  it("of one authenticator is made once, and there are ten at most", async () => {
    const user = await newWithPasskey();
    const token = user.accessToken;
    expect((await addPasskey(token, user.authenticator)).body.code).toBe("conflict");
    const asked = await call("POST", `${PASSKEYS}/options`, { token, body: {} });
    expect(asked.body.options.excludeCredentials).toHaveLength(1);
    for (let n = 1; n < 10; n++) {
      const another = await addPasskey(token, await newAuthenticator());
      expect([another.status, another.body.recovery_codes]).toEqual([201, undefined]);
    }
    const eleventh = await newAuthenticator();
    const { challenge_token, options } = asked.body;
    const body = { challenge_token, credential: await eleventh.create(options), name: "Key" };
    const refused = await call("POST", PASSKEYS, { token, body });
    expect([refused.status, refused.body.code]).toEqual([409, "too_many_factors"]);
    expect((await addPasskey(token, eleventh)).body.code).toBe("too_many_factors");
  });

  it("is not lost with the answer: the same request again is answered, without the codes", async () => {
    const { accessToken: token } = await newUser();
    const asked = await call("POST", `${PASSKEYS}/options`, {
      token,
      body: { password: PASSWORD },
    });
    const credential = await (await newAuthenticator()).create(asked.body.options);
    const body = { challenge_token: asked.body.challenge_token, credential, name: "Key" };
    const both = await Promise.all([1, 2].map(() => call("POST", PASSKEYS, { token, body })));
    const codes = both.filter(({ body: { recovery_codes } }) => recovery_codes !== undefined);
    expect(codes).toHaveLength(1);
    const again = await call("POST", PASSKEYS, { token, body });
    expect([again.status, again.body.recovery_codes]).toEqual([201, undefined]);
    const listed = await call("GET", FACTORS, { token });
    expect(listed.body.factors.map(({ id }: { id: string }) => id)).toEqual([again.body.id]);
  });
});

describe("a passkey's challenge", () => {
  it("is answered once, right or wrong", async () => {
    const user = await newWithPasskey();
    const asked = await challengeAnyone();
    const wrong = await answerTo(asked, user.authenticator, { origin: "https://evil.example" });
    const right = await answerTo(asked, user.authenticator);
    const codeOfLogin = async (body: object) => (await call("POST", LOGIN, { body })).body.code;
    expect(await codeOfLogin(wrong)).toBe("invalid_passkey");
    expect(await codeOfLogin(right)).toBe("invalid_passkey");
    expect(await codeOfLogin(await answerTo(await challengeAnyone(), user.authenticator))).toBe(
      undefined,
    );
  });

  it("of two answers at once, one signs in", async () => {
    const user = await newWithPasskey({ counts: false });
    const body = await answerTo(await challengeAnyone(), user.authenticator);
    const both = await Promise.all([1, 2, 3].map(() => call("POST", LOGIN, { body })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it("is for what it was asked for: nothing else, and no other session", async () => {
    const owner = await newUser();
    const older = await signIn(owner.email);
    const user = await newWithPasskey({}, owner);
    const { authenticator, accessToken: token } = user;
    const ofSignIn = await challengeAnyone();
    const ofStepUp = await call("POST", "/v1/auth/step-up/options", { token });
    const ofEnrolment = await call("POST", `${PASSKEYS}/options`, { token, body: {} });
    const flow = { second_factor_token: await firstFactor(user) };
    const ofSecond = await call("POST", `${SECOND}/options`, { body: flow });
    const asked = [ofSignIn, ofStepUp, ofEnrolment, ofSecond];
    const codes = async (
      wanted: typeof ofSignIn,
      show: (answer: object) => Promise<{ body: { code?: string } }>,
    ) => {
      const found = [];
      for (const one of asked.filter((other) => other !== wanted)) {
        found.push((await show(await answerTo(one, authenticator))).body.code);
      }
      return found;
    };
    const none = ["invalid_passkey", "invalid_passkey", "invalid_passkey"];
    expect(await codes(ofSignIn, (body) => call("POST", LOGIN, { body }))).toEqual(none);
    expect(
      await codes(ofStepUp, (body) => call("POST", "/v1/auth/step-up", { token, body })),
    ).toEqual(none);
    expect(
      await codes(ofSecond, (passkey) => call("POST", SECOND, { body: { ...flow, passkey } })),
    ).toEqual(none);
    const another = await newAuthenticator();
    for (const one of [ofSignIn, ofStepUp, ofSecond]) {
      const credential = await another.create({
        rp: { id: "localhost" },
        user: { id: "AAAA" },
        ...one.body.options,
      });
      const body = { challenge_token: one.body.challenge_token, credential, name: "Key" };
      expect((await call("POST", PASSKEYS, { token, body })).body.code).toBe("invalid_passkey");
    }
    const elsewhere = await answerTo(ofStepUp, authenticator);
    const other = { token: older.accessToken, body: elsewhere };
    expect((await call("POST", "/v1/auth/step-up", other)).body.code).toBe("invalid_passkey");
    const otherFlow = { second_factor_token: await firstFactor(user) };
    const body = { ...otherFlow, passkey: await answerTo(ofSecond, authenticator) };
    expect((await call("POST", SECOND, { body })).body.code).toBe("invalid_passkey");
  });

  it("was made here, and the answer is well formed", async () => {
    const user = await newWithPasskey();
    const { challenge_token, credential } = await answerTo(
      await challengeAnyone(),
      user.authenticator,
    );
    const forged = `${challenge_token.slice(0, -2)}AA`;
    const refused = await call("POST", LOGIN, { body: { challenge_token: forged, credential } });
    expect([refused.status, refused.body.code]).toEqual([401, "invalid_passkey"]);
    for (const [path, broken] of [
      ["credential", undefined],
      ["credential.id", { ...credential, id: "not base64url!" }],
      ["credential.rawId", { ...credential, rawId: "AAAA" }],
      ["credential.type", { ...credential, type: "password" }],
      [
        "credential.response.signature",
        { ...credential, response: { ...Object(credential).response, signature: "" } },
      ],
    ] as const) {
      const reply = await call("POST", LOGIN, { body: { challenge_token, credential: broken } });
      expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, path]);
    }
    const unasked = await call("POST", "/v1/auth/step-up", {
      token: user.accessToken,
      body: { challenge_token, password: PASSWORD },
    });
    expect([unasked.status, unasked.body.errors[0].path]).toEqual([400, "challenge_token"]);
  });
});

describe("a passkey's owner", () => {
  it("is named by a handle that was made here: another wakes no object, and counts nowhere", async () => {
    const user = await newWithPasskey();
    const nobody = userIdOf("A".repeat(22));
    const forged = [
      null,
      "AAAA",
      userHandles(secretsMaker()(1)).format(nobody),
      userHandles(secretsMaker()(9)).format(userIdOf(user.id.slice(4))),
    ];
    for (let n = 0; n < 6; n++) {
      for (const userHandle of forged) {
        const refused = await signInByPasskey(user.authenticator, { userHandle });
        expect([refused.status, refused.body.code]).toEqual([401, "invalid_passkey"]);
      }
    }
    expect((await signInByPasskey(user.authenticator)).status).toBe(200);
    const { keys } = await runInDurableObject(userObject(nobody), (_, { storage }) => ({
      keys: [...storage.kv.list()].length,
    }));
    expect(keys).toBe(0);
  });

  it("waits after five wrong answers, for passkeys alone", async () => {
    const owner = await newUser();
    const user = await newWithPasskey({}, owner);
    const { secret } = await enrol({ ...owner, accessToken: user.accessToken });
    const wrong = { origin: "https://evil.example" };
    const statuses = [];
    for (let n = 0; n < 6; n++) {
      statuses.push((await signInByPasskey(user.authenticator, wrong)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await signInByPasskey(user.authenticator)).status).toBe(429);
    const body = { second_factor_token: await firstFactor(user), totp: codeOf(secret) };
    expect((await call("POST", SECOND, { body })).status).toBe(200);
  });

  it("is not kept from it by whoever knows the password", async () => {
    const user = await newWithPasskey();
    const token = await firstFactor(user);
    const wrong = await answerTo(await challengeAnyone(), user.authenticator);
    const body = { second_factor_token: token, passkey: wrong };
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await call("POST", SECOND, { body })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await signInByPasskey(user.authenticator)).status).toBe(200);
  });

  it("who may not sign in does not by one", async () => {
    const user = await newWithPasskey();
    const admin = await newAdmin();
    const path = `/v1/users/${user.id}`;
    const disable = { token: admin.accessToken, body: { status: "disabled" } };
    expect((await call("PATCH", path, disable)).status).toBe(200);
    const disabled = await signInByPasskey(user.authenticator);
    expect([disabled.status, disabled.body.code]).toEqual([403, "account_disabled"]);
    const liar = await signInByPasskey(user.authenticator, { origin: "https://evil.example" });
    expect(liar.body.code).toBe("invalid_passkey");
    await call("DELETE", path, { token: admin.accessToken });
    expect((await signInByPasskey(user.authenticator)).body.code).toBe("invalid_passkey");
  });

  it("hears of a copy of the authenticator by its being refused", async () => {
    const user = await newWithPasskey();
    await signInByPasskey(user.authenticator, { signCount: 50 });
    const copy = await signInByPasskey(user.authenticator, { signCount: 50 });
    expect([copy.status, copy.body.code]).toEqual([401, "invalid_passkey"]);
    expect((await signInByPasskey(user.authenticator, { signCount: 51 })).status).toBe(200);
  });

  it("alone brings one into an account: not an older session, nor whoever began it elsewhere", async () => {
    const owner = await newUser();
    const older = await signIn(owner.email);
    const asked = await call("POST", `${PASSKEYS}/options`, {
      token: older.accessToken,
      body: { password: PASSWORD },
    });
    await newWithPasskey({}, owner);
    const credential = await (await newAuthenticator()).create(asked.body.options);
    const body = { challenge_token: asked.body.challenge_token, credential, name: "Thief's" };
    const late = await call("POST", PASSKEYS, { token: older.accessToken, body });
    expect([late.status, late.body.code]).toEqual([401, "insufficient_user_authentication"]);
    const stranger = await newUser();
    const other = await call("POST", PASSKEYS, { token: stranger.accessToken, body });
    expect(other.body.code).toBe("invalid_passkey");
  });
});
