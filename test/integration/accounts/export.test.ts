import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  PASSWORD,
  register,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { someAct } from "../../support/event-samples.ts";
import { auditTrail, eventually, storedEvents } from "../../support/events.ts";
import { someUserId } from "../../support/samples.ts";
import { dumpD1, dumpObject, userObject } from "../../support/storage.ts";

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const OFFICE = { "cf-connecting-ip": "198.51.100.9", "user-agent": "office browser" };
const HOME = { "cf-connecting-ip": "203.0.113.71", "user-agent": "home browser" };

const exportOf = (id: string, { accessToken: token }: SignedIn, query = "") =>
  call("GET", `/v1/users/${id}/export${query}`, { token, headers: OFFICE });

const ownExport = ({ accessToken: token }: SignedIn, query = "") =>
  call("GET", `/v1/users/me/export${query}`, { token, headers: HOME });

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});

/** Somebody signed in with the role named, which grants these. */
async function holderOf(role: string, ...permissions: string[]): Promise<SignedIn> {
  const body = { name: role, permissions };
  const made = await call("POST", "/v1/roles", { token: admin.accessToken, body });
  expect(made.status).toBe(201);
  return signIn((await insertUser(["user", role])).email);
}

describe("everything that is held of a person", () => {
  let user: SignedIn;

  beforeAll(async () => {
    const email = freshEmail();
    await register(email);
    user = await signIn(email);
    const { accessToken: token } = admin;
    await call("PUT", `/v1/users/${user.id}/roles/admin`, { token, headers: OFFICE });
    const body = { email, password: "a wrong horse battery staple", device: user.refreshToken };
    await call("POST", "/v1/auth/login", { body, headers: HOME });
    await call("POST", "/v1/auth/refresh", {
      body: { refresh_token: user.refreshToken },
      headers: HOME,
    });
    await storedEvents({ subject: user.id });
  });

  it("is one document", async () => {
    const { status, body } = await ownExport(user);
    expect(status).toBe(200);
    expect(body).toEqual({
      exported_at: TIME,
      user: {
        id: user.id,
        email: user.email,
        email_verified: false,
        name: null,
        status: "active",
        roles: ["admin", "user"],
        version: 2,
        created_at: TIME,
        updated_at: TIME,
      },
      password: { set_at: TIME },
      verified_email: null,
      factors: [],
      factors_not_confirmed: [],
      recovery_codes_left: 0,
      sessions: [
        {
          id: user.sessionId,
          created_at: TIME,
          last_used_at: TIME,
          expires_at: TIME,
          ip: null,
          user_agent: null,
          refreshed_at: TIME,
          refreshed_ip: HOME["cf-connecting-ip"],
          refreshed_user_agent: HOME["user-agent"],
          replayed_elsewhere_at: null,
          client_id: "first-party",
          audience: null,
          auth_time: TIME,
          amr: ["pwd"],
          acr: "aal1",
        },
      ],
      failed_proofs: [{ by: user.sessionId, failures: 1, last_at: TIME }],
      events_not_stored_yet: [],
      events: expect.any(Array),
      truncated: false,
      next_cursor: null,
    });
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      "proof.failed",
      "user.role.assigned",
      "session.opened",
      "user.registered",
    ]);
  });

  it("does not say where others were", async () => {
    for (const { body } of [await ownExport(user), await exportOf(user.id, admin)]) {
      const [assigned] = body.events.filter(
        ({ type }: { type: string }) => type === "user.role.assigned",
      );
      expect(assigned).toMatchObject({
        actor: { kind: "user", id: admin.id },
        context: { ip: null, user_agent: null, request_id: null },
      });
      expect(JSON.stringify(body)).not.toContain("198.51.100.9");
      expect(JSON.stringify(body)).toContain("203.0.113.71");
    }
  });

  it("LOG-01 has no secret and no hash in it", async () => {
    const { body } = await ownExport(user);
    const text = JSON.stringify(body);
    const { users = [] } = await dumpD1();
    const row = users.find((one) => JSON.stringify(one).includes(user.id));
    const { tables } = await dumpObject(userObject(user.id));
    const hashes = [...JSON.stringify([row, tables]).matchAll(/"\w*hash":"([^"]+)"/g)];
    expect(hashes).toHaveLength(3); // the password's, the current token's, the one before it
    for (const [, hash = ""] of hashes) expect(text).not.toContain(hash);
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toMatch(/rt1\.|hash|scrypt/);
  });

  it("is told of, with who asked for it", async () => {
    const other = await newUser();
    await ownExport(other);
    await exportOf(other.id, admin);
    const events = await storedEvents({ subject: other.id, type: "user.exported" });
    expect(events).toMatchObject([
      { actor: { kind: "user", id: other.id }, context: { ip: HOME["cf-connecting-ip"] } },
      { actor: { kind: "user", id: admin.id }, context: { ip: OFFICE["cf-connecting-ip"] } },
    ]);
  });

  it("has what the object still keeps while the trail cannot be written", async () => {
    const other = await newUser();
    await storedEvents({ subject: other.id });
    await env.AUDIT_DB.prepare(
      "create trigger no_event before insert on events begin select raise(abort, 'no'); end",
    ).run();
    try {
      await ownExport(other);
      const { body } = await ownExport(other);
      expect(body.events_not_stored_yet).toMatchObject([{ type: "user.exported", seq: 2 }]);
      expect(body.events).not.toContainEqual(expect.objectContaining({ type: "user.exported" }));
    } finally {
      await env.AUDIT_DB.prepare("drop trigger no_event").run();
    }
  });

  it("of somebody who never signed in is the row", async () => {
    const email = freshEmail();
    const made = await call("POST", "/v1/users", { token: admin.accessToken, body: { email } });
    const { status, body } = await exportOf(made.body.user.id, admin);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { email },
      password: null,
      sessions: [],
      failed_proofs: [],
    });
  });

  it("goes on with older events where one document ends", async () => {
    const other = await newUser();
    await storedEvents({ subject: other.id });
    const { id } = await exportedId(other);
    for (let batch = 1; batch <= 6; batch++) {
      const old = (n: number) => someAct(id, { occurredAt: batch * 1_000 + n });
      await auditTrail().store(Array.from({ length: 1_000 }, (_, n) => old(n)));
    }
    const first = (await ownExport(other)).body;
    expect([first.events.length, first.truncated]).toEqual([5_000, true]);
    const second = (await ownExport(other, `?cursor=${first.next_cursor}`)).body;
    expect([second.truncated, second.next_cursor]).toEqual([false, null]);
    const ids = [...first.events, ...second.events].map((event: { id: string }) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(6_001);
  });
});

/** The id as the domain has it. */
async function exportedId(user: SignedIn) {
  const [event] = await storedEvents({ subject: user.id });
  if (event?.subject.kind !== "user") throw new Error("no event of a user");
  return { id: event.subject.id };
}

describe("whose export is refused", () => {
  it("AUZ-03 somebody's who may do what the caller may not", async () => {
    const clerk = await holderOf("exporter", "users:read", "users:export");
    const plain = await newUser();
    expect((await exportOf(plain.id, clerk)).status).toBe(200);
    const refused = await exportOf(admin.id, clerk);
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
    const told = await storedEvents({ subject: admin.id, type: "user.exported" });
    expect(told).toEqual([]);
  });

  it("somebody else's, without a permission of it", async () => {
    const reader = await holderOf("reader", "users:read", "users:write", "audit:read");
    const plain = await newUser();
    expect((await exportOf(plain.id, reader)).status).toBe(403);
    expect((await exportOf(reader.id, reader)).status).toBe(403);
  });

  it("that of nobody", async () => {
    for (const id of [someUserId(), "usr_nonsense", "nonsense"]) {
      const { status, body } = await exportOf(id, admin);
      expect([id, status, body.code]).toEqual([id, 404, "not_found"]);
    }
  });

  it("with a cursor of another list", async () => {
    const { status, body } = await exportOf(admin.id, admin, "?cursor=nonsense");
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ path: "cursor" })]]);
  });
});

it("an account that was deleted has no export", async () => {
  const user = await newUser();
  await storedEvents({ subject: user.id });
  const deleted = await call("DELETE", `/v1/users/${user.id}`, { token: admin.accessToken });
  expect(deleted.status).toBe(204);
  expect((await exportOf(user.id, admin)).status).toBe(404);
  await eventually(async () =>
    (await storedEvents({ subject: user.id })).some(({ type }) => type === "user.deleted"),
  );
  expect(await storedEvents({ subject: user.id, type: "user.exported" })).toEqual([]);
});
