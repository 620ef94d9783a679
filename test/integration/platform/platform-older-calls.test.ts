import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import { openedByPassword } from "../../../src/domain/sessions/opened-with.ts";
import {
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { stopClock } from "../../support/moving-clock.ts";
import { answering } from "../../support/objects.ts";
import { ports } from "../../support/ports.ts";
import { ACCOUNT_POLICY, CLIENT, someSession } from "../../support/samples.ts";
import { newEnrolled } from "../../support/second-factors.ts";
import { newServiceAccount, post } from "../../support/service-accounts.ts";
import { userObject } from "../../support/storage.ts";
import { claimsOf } from "../../support/tokens.ts";

let user: SignedIn;

beforeEach(async () => {
  stopClock();
  user = await newUser();
});

afterEach(() => {
  vi.useRealTimers();
});

it("CFW-17 calls of older Workers, which do not say where a token came from, are answered", async () => {
  const { parse, successor, hash, newestVersion } = ports().refreshTokens;
  const token = parse(user.refreshToken);
  const next = token && successor(token, newestVersion);
  if (token === null || next === null) throw new Error("a token was expected");
  const command = {
    sessionId: token.sessionId,
    presented: hash(token),
    successor: { hash: hash(next), secretVersion: next.version },
    knownRoles: null,
  };
  const answers = await runInDurableObject(userObject(user.id), async (object) => {
    const to = { userId: token.userId, policy: ACCOUNT_POLICY };
    const ask = () => Reflect.apply(object.refresh, object, [to, command]);
    return [await ask(), await ask()];
  });
  expect(answers).toMatchObject([{ kind: "rotated" }, { kind: "replayed", isNoteworthy: false }]);
});

it("CFW-17 an object whose code lacks the method is an outage of some minutes, not a mistake", async () => {
  const older = {
    idFromName: (name: string) => env.USERS.idFromName(name),
    get: (id: DurableObjectId) =>
      new Proxy(env.USERS.get(id), {
        get: (stub, method) => {
          const name = method === "reserveProof" ? "reserveWhatIsNotThere" : method;
          const invoke: unknown = Reflect.get(stub, name);
          if (typeof invoke !== "function") throw new Error("a method was expected");
          return (...args: unknown[]) => Reflect.apply(invoke, stub, args);
        },
      }),
  };
  const reply = await serviceWith({ USERS: older })("POST", "/v1/users/me/password", {
    token: user.accessToken,
    body: { current_password: PASSWORD, new_password: "another horse battery staple" },
  });
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).not.toBeNull();
  await signIn(user.email);
});

it("CFW-17 a password change by an older Worker ends every session", async () => {
  const answer = await runInDurableObject(userObject(user.id), (object) => {
    const change = { kind: "set_password", passwordHash: "new", keepSession: user.sessionId };
    const to = { userId: user.id, policy: ACCOUNT_POLICY };
    const command = { changeId: "of an older Worker", change, ifVersion: null };
    return Reflect.apply(object.change, object, [to, command]);
  });
  expect(answer).toMatchObject({ kind: "done" });
  expect((await refresh(user.refreshToken)).status).toBe(401);
});

it("CFW-17 AUZ-03 to a Worker that does not say so, nobody counts whose address is not verified", async () => {
  const { id } = await insertUser(["admin"]);
  await insertUser(["admin"], freshEmail(), { verified: false });
  const { requireVerifiedEmail: _, ...policy } = ACCOUNT_POLICY;
  const answer = await runInDurableObject(userObject(id), (object) => {
    const change = { kind: "set_status", status: "disabled" };
    const command = { changeId: "of an older Worker", change, ifVersion: null };
    return Reflect.apply(object.change, object, [{ userId: id, policy }, command]);
  });
  expect(answer).toEqual({ kind: "last_admin" });
});

/** A session as the Workers asked for it that did not say what it was opened with. */
function sessionOfOlderWorker() {
  const { sessionId, token, device } = someSession();
  return { sessionId, token, device };
}

it("CFW-17 older Workers open sessions by password, for people's own sign-in", async () => {
  const { users, accounts } = ports();
  const id = parseUserId(user.id);
  const found = id.ok ? await users.findById(id.value) : null;
  if (!id.ok || found === null) throw new Error("no such user");
  const wanted = sessionOfOlderWorker();
  const opened = await runInDurableObject(userObject(user.id), (object) => {
    const to = { userId: user.id, policy: ACCOUNT_POLICY };
    const command = { ...wanted, seen: authorityOf(found.user) };
    return Reflect.apply(object.openSession, object, [to, command]);
  });
  const checked = await accounts.check(id.value, wanted.sessionId);
  const { accountAcr, ...grant } = checked ?? {};
  expect([opened, accountAcr]).toEqual([{ kind: "opened", grant }, "aal1"]);
  expect(grant).toMatchObject(openedByPassword(CLIENT, checked?.createdAt ?? 0));
});

it("CFW-17 an older Worker, which knows no second factor, is let in by no password alone", async () => {
  const enrolled = await newEnrolled();
  const { users } = ports();
  const id = parseUserId(enrolled.id);
  const found = id.ok ? await users.findById(id.value) : null;
  if (found === null) throw new Error("no such user");
  const answer = await runInDurableObject(userObject(enrolled.id), (object) => {
    const to = { userId: enrolled.id, policy: ACCOUNT_POLICY };
    const command = { ...sessionOfOlderWorker(), seen: authorityOf(found.user) };
    return Reflect.apply(object.openSession, object, [to, command]);
  });
  expect(answer).toMatchObject({ kind: "unavailable" });
});

it("CFW-17 the session that an older Worker's password change asks for is one by password", async () => {
  const open = sessionOfOlderWorker();
  const answer = await runInDurableObject(userObject(user.id), (object) => {
    const change = { kind: "set_password", passwordHash: "new" };
    const to = { userId: user.id, policy: ACCOUNT_POLICY };
    const command = { changeId: "of an older Worker", change, ifVersion: 1, open };
    return Reflect.apply(object.change, object, [to, command]);
  });
  expect(answer).toMatchObject({ kind: "done", opened: { amr: ["pwd"], clientId: CLIENT } });
});

it("CFW-17 tokens say what they did where an older object does not say what its sessions are", async () => {
  const { amr, aud, client_id } = claimsOf(user.accessToken);
  const service = serviceWith({ USERS: answering(env.USERS, asOlderObject) });
  const signedIn = await service("POST", "/v1/auth/login", {
    body: { email: user.email, password: PASSWORD },
  });
  const refreshed = await service("POST", "/v1/auth/refresh", {
    body: { refresh_token: signedIn.body.refresh_token },
  });
  const changed = await service("POST", "/v1/users/me/password", {
    token: refreshed.body.access_token,
    body: { current_password: PASSWORD, new_password: "another horse battery staple" },
  });
  for (const { status, body } of [signedIn, refreshed, changed]) {
    expect(status).toBe(200);
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({ amr, aud, client_id });
    expect(Math.abs(Number(claims["iat"]) - Number(claims["auth_time"]))).toBeLessThan(60);
  }
});

it("CFW-17 an older Worker, which does not ask for it, is told no address", async () => {
  const owner = await signIn((await insertUser(["user"])).email);
  const answer = await runInDurableObject(userObject(owner.id), (object) => {
    const to = { userId: owner.id, policy: ACCOUNT_POLICY };
    return Reflect.apply(object.check, object, [to, owner.sessionId]);
  });
  expect(answer).toMatchObject({ kind: "live" });
  expect(JSON.stringify(answer)).not.toContain(owner.email);
});

it("CFW-17 introspection says what a person is called where an older object does not", async () => {
  const owner = await signIn((await insertUser(["user"])).email);
  const client = await newServiceAccount((await newAdmin()).accessToken);
  const service = serviceWith({ USERS: answering(env.USERS, asOlderObject) });
  const introspect = async ({ accessToken: token }: SignedIn) =>
    (await post("/oauth2/introspect", client, { token }, service)).body.username;
  expect([await introspect(owner), await introspect(user)]).toEqual([owner.email, user.id]);
});

/** Grants as objects gave them before they knew what a session was opened with. */
function asOlderObject(answer: unknown): unknown {
  const known = new Set(["authority", "createdAt", "expiresAt"]);
  const older = (grant: object) =>
    Object.fromEntries(Object.entries(grant).filter(([name]) => known.has(name)));
  if (typeof answer !== "object" || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => {
      const isGrant = name === "grant" || name === "opened";
      return [name, isGrant ? older(Object(value)) : value];
    }),
  );
}
