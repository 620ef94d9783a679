import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MAX_CLIENT_SECRETS } from "../../../src/domain/limits.ts";
import { canaries, capturedLog } from "../../support/canaries.ts";
import { call, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { DAY, moveClock, stopClock } from "../../support/moving-clock.ts";
import { rpc } from "../../support/rpc.ts";
import { clientToken, newServiceAccount, tokenReply } from "../../support/service-accounts.ts";
import { dumpD1, dumpKv } from "../../support/storage.ts";

const PATH = "/v1/service-accounts";

let admin: SignedIn;
/** Runs the service accounts and holds nothing else. */
let keeper: SignedIn;

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, body });

beforeAll(async () => {
  admin = await newAdmin();
  await asAdmin("POST", "/v1/roles", {
    name: "keeper",
    permissions: ["service-accounts:*", "roles:assign", "reports:read"],
  });
  await asAdmin("POST", "/v1/roles", { name: "reporter", permissions: ["reports:read"] });
  keeper = await signIn((await insertUser(["user", "keeper"])).email);
});
afterEach(() => vi.useRealTimers());

const token = () => keeper.accessToken;

it("an account is made with its secret, which is told this once", async () => {
  const made = await call("POST", PATH, {
    token: token(),
    body: { name: "Reports", roles: ["reporter"] },
  });
  expect(made.status).toBe(201);
  expect(made.headers.get("cache-control")).toBe("no-store");
  const { service_account: account, client_id: id, client_secret: secret, ...rest } = made.body;
  expect(rest).toEqual({ secret_id: expect.stringMatching(/^[\w-]{22}$/) });
  expect(secret).toMatch(/^scs_[\w-]{43}$/);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(account).toEqual({
    id,
    name: "Reports",
    status: "active",
    roles: ["reporter"],
    created_at: time,
    updated_at: time,
  });
  expect(id).toMatch(/^svc_[\w-]{21}[AQgw]$/);
  const one = await call("GET", `${PATH}/${id}`, { token: token() });
  expect(one.body).toEqual({ service_account: account });
  const all = await call("GET", PATH, { token: token() });
  expect(all.body.service_accounts).toContainEqual(account);
  expect(JSON.stringify(all.body)).not.toContain("scs_");
});

it("REF-10 no secret is stored or logged, only hashes of them", async () => {
  const log = capturedLog();
  const account = await newServiceAccount(admin.accessToken);
  const { body } = await asAdmin("POST", `${PATH}/${account.id}/secrets`);
  await tokenReply(account);
  await tokenReply({ ...account, secret: `${account.secret}x` });
  log.stop();
  const secrets = canaries();
  secrets.add(account.secret, body.client_secret);
  secrets.add(account.secret.slice(4), body.client_secret.slice(4));
  const dump = JSON.stringify([await dumpD1(), await dumpKv()]);
  expect(dump).toContain(account.id);
  expect(secrets.foundIn([dump, ...log.lines])).toEqual([]);
});

it.each<[string, unknown, string]>([
  ["no name", {}, "name"],
  ["an empty name", { name: "" }, "name"],
  ["a name with control characters", { name: "a\u0000b" }, "name"],
  ["an id of one's own", { name: "x", id: `svc_${"A".repeat(22)}` }, "id"],
  ["a secret of one's own", { name: "x", client_secret: "easy" }, "client_secret"],
  ["a status", { name: "x", status: "active" }, "status"],
  ["roles that are no list", { name: "x", roles: "admin" }, "roles"],
  ["a role that does not exist", { name: "x", roles: ["no-such-role"] }, "roles"],
])("a new account with %s is refused", async (_, body, path) => {
  const reply = await call("POST", PATH, { token: admin.accessToken, body });
  expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
  expect(reply.body.errors[0].path).toBe(path);
});

it.each(["svc_x", `svc_${"A".repeat(22)}`, `usr_${"A".repeat(22)}`])(
  "an id that no account bears is not found: %s",
  async (id) => {
    const replies = [
      await asAdmin("GET", `${PATH}/${id}`),
      await asAdmin("PATCH", `${PATH}/${id}`, { name: "x" }),
      await asAdmin("DELETE", `${PATH}/${id}`),
      await asAdmin("GET", `${PATH}/${id}/secrets`),
      await asAdmin("POST", `${PATH}/${id}/secrets`),
      await asAdmin("DELETE", `${PATH}/${id}/secrets/none`),
      await asAdmin("PUT", `${PATH}/${id}/roles/reporter`),
      await asAdmin("DELETE", `${PATH}/${id}/roles/reporter`),
    ];
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(404));
  },
);

describe("secrets", () => {
  it("a new secret works at once, and the old one goes on for a day and no longer", async () => {
    stopClock();
    const account = await newServiceAccount(admin.accessToken);
    const { status, body } = await asAdmin("POST", `${PATH}/${account.id}/secrets`);
    expect([status, body.client_id]).toEqual([201, account.id]);
    const renewed = { id: account.id, secret: body.client_secret };
    expect(renewed.secret).not.toBe(account.secret);
    expect((await tokenReply(renewed)).status).toBe(200);
    moveClock(DAY - 1);
    expect((await tokenReply(account)).status).toBe(200);
    moveClock(1);
    expect((await tokenReply(account)).body.error).toBe("invalid_client");
    expect((await tokenReply(renewed)).status).toBe(200);
  });

  it.each([
    ["in sequence", false],
    ["at once", true],
  ])("the one in use goes on for a day when two are made %s", async (_, isAtOnce) => {
    stopClock();
    const account = await newServiceAccount(admin.accessToken);
    const make = () => asAdmin("POST", `${PATH}/${account.id}/secrets`);
    const made = isAtOnce ? await Promise.all([make(), make()]) : [await make(), await make()];
    const all = [account, ...made.map(({ body }) => ({ ...account, secret: body.client_secret }))];
    for (const one of all) expect((await tokenReply(one)).status).toBe(200);
    moveClock(DAY - 1);
    for (const one of all) expect((await tokenReply(one)).status).toBe(200);
    moveClock(1);
    const statuses = await Promise.all(all.map(async (one) => (await tokenReply(one)).status));
    expect(statuses.sort()).toEqual([200, 401, 401]);
  });

  it("of as many as there may be none makes room: a further is refused until one is ended", async () => {
    const account = await newServiceAccount(admin.accessToken);
    const path = `${PATH}/${account.id}/secrets`;
    for (let n = 1; n < MAX_CLIENT_SECRETS; n++) {
      expect((await asAdmin("POST", path)).status).toBe(201);
    }
    const refused = await asAdmin("POST", path);
    expect([refused.status, refused.body.code]).toEqual([409, "conflict"]);
    expect(refused.body.errors).toEqual([{ path: "", message: expect.stringMatching(/end one/) }]);
    expect((await tokenReply(account)).status).toBe(200);
    const { secrets } = (await asAdmin("GET", path)).body;
    expect(secrets).toHaveLength(MAX_CLIENT_SECRETS);
    expect((await asAdmin("DELETE", `${path}/${secrets[1].id}`)).status).toBe(204);
    expect((await asAdmin("POST", path)).status).toBe(201);
  });
});

describe("REV-02 an account that is", () => {
  it("disabled is refused at once, everywhere, and enabled again works again", async () => {
    const account = await newServiceAccount(admin.accessToken, ["admin"]);
    const itsToken = await clientToken(account);
    const changed = await asAdmin("PATCH", `${PATH}/${account.id}`, { status: "disabled" });
    expect(changed.body.service_account).toMatchObject({ status: "disabled", roles: ["admin"] });
    expect((await tokenReply(account)).body).toEqual({ error: "invalid_client" });
    expect((await call("GET", "/v1/users", { token: itsToken })).status).toBe(401);
    expect((await rpc.verify(itsToken, { maxStaleness: 0 })).ok).toBe(false);
    await asAdmin("PATCH", `${PATH}/${account.id}`, { status: "active" });
    // Tokens of before stay refused: they may come from a secret that has ended since.
    expect((await call("GET", "/v1/users", { token: itsToken })).status).toBe(401);
    const fresh = await clientToken(account);
    expect((await call("GET", "/v1/users", { token: fresh })).status).toBe(200);
  });

  it("deleted is refused at once, and leaves nothing behind", async () => {
    const account = await newServiceAccount(admin.accessToken, ["admin"]);
    const itsToken = await clientToken(account);
    expect((await asAdmin("DELETE", `${PATH}/${account.id}`)).status).toBe(204);
    expect((await tokenReply(account)).body).toEqual({ error: "invalid_client" });
    expect((await call("GET", "/v1/users", { token: itsToken })).status).toBe(401);
    expect((await asAdmin("GET", `${PATH}/${account.id}`)).status).toBe(404);
    await storedEvents({}); // until then the outbox names it
    expect(JSON.stringify(await dumpD1())).not.toContain(account.id);
  });
});

describe("roles", () => {
  it("AUZ-04 count at once: one that was taken for tokens that are out, one that was given for new ones", async () => {
    const account = await newServiceAccount(admin.accessToken);
    const verdict = (token: string) => rpc.authorize(token, "reports:read", { maxStaleness: 0 });
    const before = await clientToken(account);
    expect(await verdict(before)).toEqual({ ok: false, code: "forbidden" });
    const path = `${PATH}/${account.id}/roles/reporter`;
    expect((await asAdmin("PUT", path)).status).toBe(204);
    expect(await verdict(before)).toEqual({ ok: false, code: "invalid_token" });
    const itsToken = await clientToken(account);
    const held = await verdict(itsToken);
    expect(held).toMatchObject({ ok: true, claims: { roles: ["reporter"], ver: 2 } });
    expect((await asAdmin("DELETE", path)).status).toBe(204);
    expect(await verdict(itsToken)).toEqual({ ok: false, code: "forbidden" });
  });

  it("AUZ-03 that are built in grant what they do in the code, whatever rows say of them", async () => {
    const insert = "insert into role_permissions (role, permission) values ('user', '*')";
    await env.DB.prepare(insert).run();
    const account = await newServiceAccount(admin.accessToken, ["user"]);
    const itsToken = await clientToken(account);
    expect(decodeJwt(itsToken)["permissions"]).toEqual([]);
    expect((await call("GET", "/v1/users", { token: itsToken })).status).toBe(403);
    await env.DB.prepare("delete from role_permissions where role = 'user'").run();
  });

  it("a role that a service account holds cannot be removed", async () => {
    await asAdmin("POST", "/v1/roles", { name: "kept", permissions: [] });
    const account = await newServiceAccount(admin.accessToken, ["kept"]);
    const refused = await asAdmin("DELETE", "/v1/roles/kept");
    expect([refused.status, refused.body.code]).toEqual([409, "role_in_use"]);
    await asAdmin("DELETE", `${PATH}/${account.id}/roles/kept`);
    expect((await asAdmin("DELETE", "/v1/roles/kept")).status).toBe(204);
  });
});

describe("AUZ-03 nobody goes beyond what they hold", () => {
  const refused = async (method: string, path: string, body?: unknown) => {
    const reply = await call(method, path, { token: token(), body });
    expect([method, path, reply.status]).toEqual([method, path, 403]);
  };

  it("neither by making an account nor by giving it a role", async () => {
    await refused("POST", PATH, { name: "x", roles: ["admin"] });
    const account = await newServiceAccount(token(), ["reporter"]);
    await refused("PUT", `${PATH}/${account.id}/roles/admin`);
    const own = await call("PUT", `${PATH}/${account.id}/roles/keeper`, { token: token() });
    expect(own.status).toBe(204);
  });

  it("nor by taking over an account that may do more", async () => {
    const strong = await newServiceAccount(admin.accessToken, ["admin"]);
    await refused("POST", `${PATH}/${strong.id}/secrets`);
    const listed = await asAdmin("GET", `${PATH}/${strong.id}/secrets`);
    await refused("DELETE", `${PATH}/${strong.id}/secrets/${listed.body.secrets[0].id}`);
    await refused("PATCH", `${PATH}/${strong.id}`, { name: "mine" });
    await refused("PATCH", `${PATH}/${strong.id}`, { status: "disabled" });
    await refused("DELETE", `${PATH}/${strong.id}`);
    await refused("DELETE", `${PATH}/${strong.id}/roles/admin`);
    await refused("PUT", `${PATH}/${strong.id}/roles/reporter`);
    expect((await tokenReply(strong)).status).toBe(200);
    const secrets = await env.DB.prepare(
      "select count(*) as n from service_account_secrets where service_account_id = ?",
    )
      .bind(strong.id)
      .first("n");
    expect(secrets).toBe(1);
  });
});
