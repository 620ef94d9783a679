import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { canaries, capturedLog } from "../../support/canaries.ts";
import {
  call,
  freshEmail,
  newAdmin,
  newUser,
  PASSWORD,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { adminRpc, rpc } from "../../support/rpc.ts";
import { someUserId } from "../../support/samples.ts";
import { withoutTable } from "../../support/storage.ts";

const FORBIDDEN = { ok: false, code: "forbidden" };
const INVALID = { ok: false, code: "invalid_request" };

const as = (...permissions: string[]) => adminRpc({ caller: "billing", permissions });

let admin: SignedIn;
let log: ReturnType<typeof capturedLog>;
beforeAll(async () => {
  admin = await newAdmin();
});
beforeEach(() => {
  log = capturedLog();
});
afterEach(() => {
  log.stop();
  vi.restoreAllMocks();
});

/** What was put on record. */
const calls = () =>
  log.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "admin_call");

/** Every method, with arguments that would be good, and the permission it needs. */
const METHODS: [string, string, (stub: ReturnType<typeof as>, id: string) => Promise<unknown>][] = [
  ["createUser", "users:write", (stub) => stub.createUser({ email: freshEmail() })],
  ["disableUser", "users:write", (stub, id) => stub.disableUser(id)],
  ["deleteUser", "users:write", (stub, id) => stub.deleteUser(id)],
  ["assignRole", "roles:assign", (stub, id) => stub.assignRole(id, "user")],
  ["removeRole", "roles:assign", (stub, id) => stub.removeRole(id, "user")],
  ["endSessions", "sessions:revoke", (stub, id) => stub.endSessions(id)],
];

describe.each(METHODS)("AUZ-01 %s", (_, needed, invoke) => {
  it.each<[string, unknown]>([
    ["none", undefined],
    ["empty ones", {}],
    ["no caller", { permissions: ["*"] }],
    ["an empty caller", { caller: "", permissions: ["*"] }],
    ["a caller that would not fit a log line", { caller: "a\nb", permissions: ["*"] }],
    ["a caller that is too long", { caller: "a".repeat(65), permissions: ["*"] }],
    ["no permissions", { caller: "billing" }],
    ["permissions that are no list", { caller: "billing", permissions: "*" }],
    ["a permission that is none", { caller: "billing", permissions: ["*", "users"] }],
    ["an unknown key", { caller: "billing", permissions: ["*"], admin: true }],
  ])("is forbidden to a binding whose props are: %s", async (_name, props) => {
    expect(await invoke(adminRpc(props), someUserId())).toEqual(FORBIDDEN);
  });

  it("is forbidden without its permission, before anything is looked up", async () => {
    const all = ["users:write", "roles:assign", "sessions:revoke", "users:read", "roles:write"];
    const others = all.filter((permission) => permission !== needed);
    await withoutTable("users", async () => {
      expect(await invoke(as(...others), someUserId())).toEqual(FORBIDDEN);
    });
  });

  it("is answered with it, or with a wildcard over it", async () => {
    for (const held of [needed, `${needed.split(":")[0]}:*`, "*"]) {
      const answer = await invoke(as(held), someUserId());
      expect(answer).not.toEqual(FORBIDDEN);
      expect(answer).not.toEqual(INVALID);
    }
  });
});

it("an entrypoint that is bound without props at all is forbidden", async () => {
  const { exports } = await import("cloudflare:workers");
  expect(await exports.AuthAdminRpc.endSessions(someUserId())).toEqual(FORBIDDEN);
});

it.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a number", 1],
  ["an empty text", ""],
  ["half an id", "usr_x"],
  ["a service account's id", `svc_${"A".repeat(22)}`],
  ["a record", { id: someUserId() }],
  ["a list", [someUserId()]],
])("%s is no user id", async (_, id) => {
  const stub = as("*");
  for (const answer of [
    await stub.disableUser(id),
    await stub.deleteUser(id),
    await stub.assignRole(id, "user"),
    await stub.removeRole(id, "user"),
    await stub.endSessions(id),
  ]) {
    expect(answer).toEqual(INVALID);
  }
});

it("an id that nobody bears is not found, and nothing is made for it", async () => {
  const stub = as("*");
  const id = someUserId();
  const missing = { ok: false, code: "not_found" };
  expect(await stub.disableUser(id)).toEqual(missing);
  expect(await stub.deleteUser(id)).toEqual(missing);
  expect(await stub.assignRole(id, "user")).toEqual(missing);
  expect(await stub.endSessions(id)).toEqual(missing);
});

describe("createUser", () => {
  it("makes a user who can sign in, as HTTP does", async () => {
    const email = freshEmail("made-by-rpc");
    const answer = await as("*").createUser({ email, password: PASSWORD, name: "Ann" });
    expect(answer).toMatchObject({ ok: true, user: { email, name: "Ann", roles: ["user"] } });
    const { id } = await signIn(email);
    const seen = await call("GET", `/v1/users/${id}`, { token: admin.accessToken });
    if (answer.ok) expect(seen.body.user).toEqual(answer.user);
  });

  it("refuses what HTTP refuses, by the same codes", async () => {
    const stub = as("users:write", "roles:assign");
    const email = freshEmail();
    expect(await stub.createUser({ email })).toMatchObject({ ok: true });
    expect(await stub.createUser({ email })).toEqual({ ok: false, code: "email_taken" });
    const weak = await as("*").createUser({ email: freshEmail(), password: "password" });
    expect(weak).toEqual({ ok: false, code: "weak_password" });
    for (const input of [undefined, null, "x", {}, { email: "x" }, { email, roles: "user" }]) {
      expect(await stub.createUser(input)).toEqual(INVALID);
    }
    const selfMade = { email: freshEmail(), email_verified: true };
    expect(await stub.createUser(selfMade)).toEqual(INVALID);
    const unknown = await stub.createUser({ email: freshEmail(), roles: ["no-such-role"] });
    expect(unknown).toEqual({ ok: false, code: "no_such_role" });
  });

  it("AUZ-03 chooses nobody's password unless it may do everything", async () => {
    const email = freshEmail();
    const stub = as("users:*", "roles:*", "service-accounts:*", "sessions:*");
    expect(await stub.createUser({ email, password: PASSWORD })).toEqual(FORBIDDEN);
    expect(await stub.createUser({ email })).toMatchObject({ ok: true, user: { email } });
  });

  it("AUZ-03 grants no role without roles:assign, and none beyond what the binding holds", async () => {
    const input = { email: freshEmail(), roles: ["admin"] };
    expect(await as("users:write").createUser(input)).toEqual(FORBIDDEN);
    expect(await as("users:write", "roles:assign").createUser(input)).toEqual(FORBIDDEN);
    const made = await as("*").createUser(input);
    expect(made).toMatchObject({ ok: true, user: { roles: ["admin", "user"] } });
  });
});

describe("changes", () => {
  it("REV-02 disableUser and deleteUser end every session before they answer", async () => {
    for (const method of ["disableUser", "deleteUser"] as const) {
      const user = await newUser();
      expect(await as("users:write")[method](user.id)).toMatchObject({ ok: true });
      expect((await refresh(user.refreshToken)).status).toBe(401);
      const verdict = await rpc.verify(user.accessToken, { maxStaleness: 0 });
      expect(verdict).toEqual({ ok: false, code: "invalid_token" });
      const { status, body } = await call("GET", `/v1/users/${user.id}`, {
        token: admin.accessToken,
      });
      if (method === "deleteUser") expect(status).toBe(404);
      else expect(body.user.status).toBe("disabled");
    }
  });

  it("endSessions ends all of them, and leaves the account", async () => {
    const user = await newUser();
    const again = await signIn(user.email);
    expect(await as("sessions:revoke").endSessions(user.id)).toEqual({ ok: true });
    for (const { refreshToken } of [user, again]) {
      expect((await refresh(refreshToken)).status).toBe(401);
    }
    await signIn(user.email);
  });

  it("assignRole and removeRole count at once", async () => {
    const user = await newUser();
    const rolesNow = async () => {
      const verdict = await rpc.verify(user.accessToken, { maxStaleness: 0 });
      return verdict.ok ? verdict.claims.roles : verdict.code;
    };
    expect(await as("*").assignRole(user.id, "admin")).toMatchObject({ ok: true });
    expect(await rolesNow()).toEqual(["admin", "user"]);
    expect(await as("*").removeRole(user.id, "admin")).toMatchObject({ ok: true });
    expect(await rolesNow()).toEqual(["user"]);
    const unknown = { ok: false, code: "no_such_role" };
    expect(await as("*").assignRole(user.id, "no-such-role")).toEqual(unknown);
    expect(await as("*").assignRole(user.id, "Not A Role")).toEqual(INVALID);
    expect(await as("*").assignRole(user.id, undefined)).toEqual(INVALID);
  });

  it("AUZ-03 nobody acts upon an account that may do more", async () => {
    const stub = as("users:*", "roles:assign");
    expect(await stub.disableUser(admin.id)).toEqual(FORBIDDEN);
    expect(await stub.deleteUser(admin.id)).toEqual(FORBIDDEN);
    expect(await stub.removeRole(admin.id, "admin")).toEqual(FORBIDDEN);
    const user = await newUser();
    expect(await stub.assignRole(user.id, "admin")).toEqual(FORBIDDEN);
    expect(await rpc.verify(admin.accessToken, { maxStaleness: 0 })).toMatchObject({ ok: true });
  });

  it("AUZ-03 the last administrator stays, whoever asks", async () => {
    // All the others of this file step down first.
    await env.DB.prepare("delete from user_roles where role = 'admin' and user_id <> ?")
      .bind(admin.id)
      .run();
    const last = { ok: false, code: "last_admin" };
    expect(await as("*").disableUser(admin.id)).toEqual(last);
    expect(await as("*").deleteUser(admin.id)).toEqual(last);
    expect(await as("*").removeRole(admin.id, "admin")).toEqual(last);
    expect(await rpc.verify(admin.accessToken, { maxStaleness: 0 })).toMatchObject({ ok: true });
  });

  it("REV-04 an outage has decided nothing, and nothing is claimed", async () => {
    const user = await newUser();
    await withoutTable("users", async () => {
      const unavailable = { ok: false, code: "unavailable" };
      expect(await as("*").disableUser(user.id)).toEqual(unavailable);
      expect(await as("*").endSessions(user.id)).toEqual(unavailable);
      expect(await as("*").createUser({ email: freshEmail() })).toEqual(unavailable);
    });
    expect(calls().map(({ outcome }) => outcome)).toEqual(Array(3).fill("unavailable"));
  });
});

it("who called, for what, upon whom and with what outcome goes on record", async () => {
  const user = await newUser();
  await as("*").assignRole(user.id, "no-such-role");
  await as("*").endSessions(user.id);
  await as("*").createUser({ email: user.email });
  const made = await as("*").createUser({ email: freshEmail() });
  await as("*").disableUser(user.email);
  await as("users:read").deleteUser(user.id);
  const recorded = (method: string, target: string | null, outcome: string) => ({
    level: "info",
    event: "admin_call",
    caller: "billing",
    method,
    target,
    outcome,
  });
  expect(calls()).toEqual([
    recorded("assignRole", user.id, "no_such_role"),
    recorded("endSessions", user.id, "ok"),
    recorded("createUser", null, "email_taken"),
    recorded("createUser", made.ok ? made.user.id : "", "ok"),
    recorded("disableUser", null, "invalid_request"),
    recorded("deleteUser", user.id, "forbidden"),
  ]);
});

it("LOG-01 no password, address or token goes on record with it", async () => {
  const secrets = canaries();
  const email = freshEmail("canary");
  const password = "canary-password-osprey-lantern-93";
  secrets.add(email, password);
  const stub = as("*");
  const made = await stub.createUser({ email, password });
  await stub.createUser({ email, password });
  await stub.createUser({ email: password, password: email });
  await stub.disableUser(password);
  if (made.ok) await stub.deleteUser(made.user.id);
  await withoutTable("users", async () => {
    await stub.createUser({ email: `2.${email}`, password });
  });
  expect(calls().length).toBeGreaterThan(2);
  expect(secrets.foundIn(log.lines)).toEqual([]);
});
