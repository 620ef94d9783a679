import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sha256 } from "@noble/hashes/sha2.js";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../../../src/core/security/encoding.ts";
import { capturedLog } from "../../support/canaries.ts";
import { call, newAdmin, newUser, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { byHand, runFeed } from "../../support/feed.ts";
import { interposed, objectError } from "../../support/objects.ts";
import {
  clientToken,
  newServiceAccount,
  post,
  type ServiceAccount,
  tokenReply,
} from "../../support/service-accounts.ts";
import { dumpObject, withoutTable } from "../../support/storage.ts";
import { unguarded } from "../../support/unguarded.ts";

/* A service account is judged by its own object, which is told of every change. */

let admin: SignedIn;
let client: ServiceAccount;
let token: string;

beforeAll(async () => {
  admin = await newAdmin();
});

beforeEach(async () => {
  await newRole("reader", ["users:read"]);
  client = await newServiceAccount(admin.accessToken, ["reader"]);
  token = await clientToken(client);
  expect(await uses()).toEqual({ read: 200, credentials: 200 });
  await byHand("delete from service_account_feed");
});

async function newRole(name: string, permissions: readonly string[]): Promise<void> {
  const body = { name, description: "", permissions };
  const made = await call("POST", "/v1/roles", { token: admin.accessToken, body });
  if (made.status === 201) return;
  const path = `/v1/roles/${name}`;
  const edited = await call("PATCH", path, { token: admin.accessToken, body: { permissions } });
  expect(edited.status).toBe(200);
}

/** What the account gets by the token of before, and by its secret. */
async function uses(): Promise<{ read: number; credentials: number }> {
  const read = await call("GET", "/v1/users?limit=1", { token });
  return { read: read.status, credentials: (await tokenReply(client)).status };
}

/** Whom the feed names: accounts and roles. */
async function noted(): Promise<Set<string>> {
  const { results } = await env.DB.prepare(
    "select coalesce(service_account_id, role) as name from service_account_feed",
  ).all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}

const admins = (method: string, path: string, body?: object) =>
  call(method, path, { token: admin.accessToken, ...(body && { body }) });

const GONE = { read: 401, credentials: 401 };
const NOTHING_ALLOWED = { read: 403, credentials: 200 };

describe("a change by other hands is noted and counts at the next run,", () => {
  const OF_CLIENT = "service_account_id = ?";
  const kinds: Record<string, [statement: string, becomes: object]> = {
    "of the status": ["update service_accounts set status = 'disabled' where id = ?", GONE],
    "of the oldest good token": [
      "update service_accounts set version = 9, tokens_from = 9 where id = ?",
      { read: 401, credentials: 200 },
    ],
    "of a role that is taken": [
      `delete from service_account_roles where ${OF_CLIENT}`,
      NOTHING_ALLOWED,
    ],
    "of a role that becomes another": [
      `update service_account_roles set role = 'user' where ${OF_CLIENT}`,
      NOTHING_ALLOWED,
    ],
    "of a secret that is taken": [
      `delete from service_account_secrets where ${OF_CLIENT}`,
      { read: 200, credentials: 401 },
    ],
    "of a secret that ends": [
      `update service_account_secrets set expires_at = 1 where ${OF_CLIENT}`,
      { read: 200, credentials: 401 },
    ],
    "of a secret that becomes another": [
      `update or ignore service_account_secrets set hash = 'other' where ${OF_CLIENT}`,
      { read: 200, credentials: 401 },
    ],
  };

  it.each(Object.entries(kinds))("REV-05 %s", async (_, [statement, becomes]) => {
    await byHand(statement, client.id);
    expect(await noted()).toEqual(new Set([client.id]));
    expect(await uses()).toEqual({ read: 200, credentials: 200 });
    await runFeed();
    expect(await noted()).toEqual(new Set());
    expect(await uses()).toEqual(becomes);
  });

  const grants: Record<string, string> = {
    "is taken": "delete from role_permissions where role = 'reader'",
    "becomes another": "update role_permissions set permission = 'x:y' where role = 'reader'",
  };
  it.each(Object.entries(grants))("AUZ-04 of a permission that %s", async (_, statement) => {
    await byHand(statement);
    expect(await noted()).toEqual(new Set(["reader"]));
    await runFeed();
    expect([await uses(), await noted()]).toEqual([NOTHING_ALLOWED, new Set()]);
  });

  it("of a permission and of a role that are given", async () => {
    await byHand("insert into role_permissions values ('reader', 'service-accounts:read')");
    expect(await noted()).toEqual(new Set(["reader"]));
    await runFeed();
    expect((await call("GET", "/v1/service-accounts", { token })).status).toBe(200);
    await byHand("insert into service_account_roles values (?, 'admin')", client.id);
    expect(await noted()).toEqual(new Set([client.id]));
    await runFeed();
    expect((await call("GET", "/v1/roles", { token })).status).toBe(200);
  });

  it("REV-02 of an account that is deleted, whose object then holds nothing", async () => {
    await byHand("delete from service_account_secrets where service_account_id = ?", client.id);
    await byHand("delete from service_account_roles where service_account_id = ?", client.id);
    await byHand("delete from service_accounts where id = ?", client.id);
    await runFeed();
    expect([await uses(), await noted()]).toEqual([GONE, new Set()]);
    const stub = env.SERVICE_ACCOUNTS.get(env.SERVICE_ACCOUNTS.idFromName(client.id));
    expect(await dumpObject(stub)).toEqual({ pairs: [], tables: {} });
  });
});

it("the service's own changes count before the reply, and leave nothing to a run", async () => {
  const path = `/v1/service-accounts/${client.id}`;
  const steps: [method: string, path: string, body: object | null, becomes: object][] = [
    ["PATCH", path, { name: "Other" }, { read: 200, credentials: 200 }],
    ["PATCH", "/v1/roles/reader", { permissions: [] }, NOTHING_ALLOWED],
    ["PATCH", "/v1/roles/reader", { description: "a role" }, NOTHING_ALLOWED],
    ["DELETE", `${path}/roles/reader`, null, NOTHING_ALLOWED],
    ["PUT", `${path}/roles/admin`, null, { read: 401, credentials: 200 }],
    ["POST", `${path}/secrets`, null, { read: 401, credentials: 200 }],
    ["PATCH", path, { status: "disabled" }, GONE],
    ["PATCH", path, { status: "active" }, { read: 401, credentials: 200 }],
    ["DELETE", path, null, GONE],
  ];
  for (const [method, at, body, becomes] of steps) {
    const reply = await admins(method, at, body ?? undefined);
    expect([at, reply.status < 300]).toEqual([at, true]);
    expect([at, await uses(), await noted()]).toEqual([at, becomes, new Set()]);
  }
  await newServiceAccount(admin.accessToken, ["reader"]);
  expect(await noted()).toEqual(new Set());
});

it("a secret that was made or ended counts before the reply", async () => {
  const path = `/v1/service-accounts/${client.id}/secrets`;
  const made = await admins("POST", path);
  expect(made.status).toBe(201);
  const renewed = { ...client, secret: made.body.client_secret };
  expect((await tokenReply(renewed)).status).toBe(200);
  expect((await admins("DELETE", `${path}/${made.body.secret_id}`)).status).toBe(204);
  expect((await tokenReply(renewed)).status).toBe(401);
  expect(await noted()).toEqual(new Set());
});

it("AUZ-04 an edit of a role counts for all of its many holders before the reply", async () => {
  const holders: string[] = [];
  for (let i = 0; i < 12; i++) {
    holders.push(await clientToken(await newServiceAccount(admin.accessToken, ["reader"])));
  }
  const read = () =>
    Promise.all(holders.map((held) => call("GET", "/v1/users?limit=1", { token: held })));
  expect(new Set((await read()).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await admins("PATCH", "/v1/roles/reader", { permissions: [] })).status).toBe(200);
  expect(new Set((await read()).map(({ status }) => status))).toEqual(new Set([403]));
});

describe("REV-04 where an object cannot be told of a change", () => {
  const unheard = serviceWith({
    SERVICE_ACCOUNTS: interposed(env.SERVICE_ACCOUNTS, (method) => {
      if (method === "catchUp") throw objectError({});
    }),
  });
  const disable = (service: typeof call) =>
    service("PATCH", `/v1/service-accounts/${client.id}`, {
      token: admin.accessToken,
      body: { status: "disabled" },
    });

  it("the change is not acknowledged, and the next run makes it count", async () => {
    const reply = await disable(unheard);
    expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
    expect(await noted()).toEqual(new Set([client.id]));
    await runFeed();
    expect([await uses(), await noted()]).toEqual([GONE, new Set()]);
  });

  it("a client that repeats it makes it count before the reply", async () => {
    await disable(unheard);
    expect((await disable(call)).status).toBe(200);
    expect([await uses(), await noted()]).toEqual([GONE, new Set()]);
  });

  const role = "/v1/roles/reader";
  const leave = (service: typeof call) =>
    service("DELETE", `/v1/service-accounts/${client.id}/roles/reader`, {
      token: admin.accessToken,
    });

  it.each([
    ["edit", () => admins("PATCH", role, { permissions: [] })],
    ["removal", () => admins("DELETE", role)],
  ])("AUZ-04 the %s of a role counts for those who lost it unheard as well", async (_, change) => {
    await newRole("reader", ["users:read"]);
    await byHand("delete from service_account_roles where service_account_id <> ?", client.id);
    await byHand("delete from service_account_feed");
    expect((await leave(unheard)).status).toBe(503);
    expect((await call("GET", "/v1/users?limit=1", { token })).status).toBe(200);
    expect((await change()).status).toBeLessThan(300);
    expect((await call("GET", "/v1/users?limit=1", { token })).status).toBe(403);
  });

  it("a new account is made all the same: no object knows it", async () => {
    const made = await unheard("POST", "/v1/service-accounts", {
      token: admin.accessToken,
      body: { name: "new", roles: [] },
    });
    expect([made.status, await noted()]).toEqual([201, new Set()]);
    const known = { id: made.body.client_id, secret: made.body.client_secret };
    expect((await tokenReply(known)).status).toBe(200);
  });

  it("CFW-11 a change whose reply from D1 was lost is told, though it is not acknowledged", async () => {
    let lost = 0;
    const batch = async (statements: D1PreparedStatement[]) => {
      const results = await env.DB.batch(statements);
      const isMade = (await noted()).has(client.id);
      if (isMade && lost++ === 0) throw new Error("Network connection lost.");
      return results;
    };
    const DB = { prepare: (query: string) => env.DB.prepare(query), batch };
    expect((await disable(serviceWith({ DB }))).status).toBe(503);
    expect([await uses(), await noted()]).toEqual([GONE, new Set()]);
  });

  it("one that cannot be read is reported, and holds up no edit of its role", async () => {
    const other = await newServiceAccount(admin.accessToken, ["reader"]);
    await clientToken(other);
    await unguarded(() =>
      byHand(
        "update service_account_secrets set expires_at = 'never' where service_account_id = ?",
        other.id,
      ),
    );
    const log = capturedLog();
    expect((await admins("PATCH", role, { permissions: [] })).status).toBe(200);
    log.stop();
    expect(log.lines.join()).toContain("service_account_not_caught_up");
    expect(await uses()).toEqual(NOTHING_ALLOWED);
    expect((await tokenReply(other)).status).toBe(500);
    await admins("DELETE", `/v1/service-accounts/${other.id}`);
    expect((await tokenReply(other)).status).toBe(401);
  });

  it("a role's edit tells the others, and the rest is told later", async () => {
    const other = await clientToken(await newServiceAccount(admin.accessToken, ["reader"]));
    let calls = 0;
    const halfHeard = serviceWith({
      SERVICE_ACCOUNTS: interposed(env.SERVICE_ACCOUNTS, (method) => {
        if (method === "catchUp" && ++calls === 1) throw objectError({});
      }),
    });
    const body = { permissions: [] };
    const edited = await halfHeard("PATCH", "/v1/roles/reader", { token: admin.accessToken, body });
    expect(edited.status).toBe(503);
    expect((await noted()).size).toBe(1);
    await runFeed();
    expect([await uses(), await noted()]).toEqual([NOTHING_ALLOWED, new Set()]);
    expect((await call("GET", "/v1/users?limit=1", { token: other })).status).toBe(403);
  });

  it("whom a run could not tell stays noted, and the next run tells", async () => {
    await byHand("update service_accounts set status = 'disabled' where id = ?", client.id);
    await runFeed({
      SERVICE_ACCOUNTS: interposed(env.SERVICE_ACCOUNTS, () => {
        throw objectError({ overloaded: true });
      }),
    });
    expect(await noted()).toEqual(new Set([client.id]));
    await runFeed();
    expect([await uses(), await noted()]).toEqual([GONE, new Set()]);
  });
});

it("while D1 is away a known program gets tokens, is judged as ever, and introspects", async () => {
  const user = await newUser();
  const tables = ["service_accounts", "service_account_secrets", "service_account_roles", "users"];
  const away = tables.reduce<() => Promise<void>>(
    (work, table) => () => withoutTable(table, work),
    async () => {
      expect((await tokenReply(client)).status).toBe(200);
      expect((await call("GET", "/v1/auth/sessions", { token })).status).toBe(403);
      const asked = await post("/oauth2/introspect", client, { token });
      expect(asked.body).toMatchObject({ active: true, sub: client.id });
      const person = await post("/oauth2/introspect", client, { token: user.accessToken });
      expect(person.body).toMatchObject({ active: true, sub: user.id });
      const guess = await tokenReply({ ...client, secret: `${client.secret}x` });
      expect(guess.status).toBe(503);
    },
  );
  await away();
});

describe("a secret that is not known to be made here", () => {
  it("wakes no object when it is a guess, also while D1 is away", async () => {
    const before = (await listDurableObjectIds(env.SERVICE_ACCOUNTS)).map(String).sort();
    const guess = (letter: string) => ({ id: `svc_${letter.repeat(21)}A`, secret: client.secret });
    expect((await tokenReply(guess("A"))).status).toBe(401);
    await withoutTable("service_accounts", async () => {
      expect((await tokenReply(guess("B"))).status).toBe(503);
    });
    const after = await listDurableObjectIds(env.SERVICE_ACCOUNTS);
    expect(after.map(String).sort()).toEqual(before);
  });

  it("is good where D1 has it, as one that is older or was written by hand", async () => {
    const secret = `scs_${"old".repeat(14)}A`;
    const hash = toBase64Url(sha256(utf8(secret)));
    await byHand(
      `insert into service_account_secrets (id, service_account_id, hash, created_at)
        values ('older', ?, ?, 0)`,
      client.id,
      hash,
    );
    expect((await tokenReply({ ...client, secret })).status).toBe(200);
    await byHand("update service_accounts set status = 'disabled' where id = ?", client.id);
    expect((await tokenReply({ ...client, secret })).status).toBe(401);
  });
});
