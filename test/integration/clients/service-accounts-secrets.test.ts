import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import { DEFERRED } from "../../support/deferred.ts";
import { HOUR, moveClock, stopClock } from "../../support/moving-clock.ts";
import { rpc } from "../../support/rpc.ts";
import { clientToken, newServiceAccount, tokenReply } from "../../support/service-accounts.ts";
import { withoutWriting } from "../../support/storage.ts";

const PATH = "/v1/service-accounts";

let admin: SignedIn;
/** A deputy: runs the programs that report, and may do nothing else. */
let keeper: SignedIn;

const asAdmin = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: admin.accessToken, body });
const asKeeper = (method: string, path: string, body?: unknown) =>
  call(method, path, { token: keeper.accessToken, body });

beforeAll(async () => {
  admin = await newAdmin();
  for (const [name, permissions] of Object.entries({
    keeper: ["service-accounts:*", "roles:assign", "reports:read"],
    reporter: ["reports:read"],
    auditor: ["audit:read"],
  })) {
    expect((await asAdmin("POST", "/v1/roles", { name, permissions })).status).toBe(201);
  }
  keeper = await signIn((await insertUser(["user", "keeper"])).email);
});
afterEach(() => vi.useRealTimers());

const secretsOf = async (id: string) =>
  (await asAdmin("GET", `${PATH}/${id}/secrets`)).body.secrets;
const idsOf = async (id: string) =>
  (await secretsOf(id)).map((secret: { id: string }) => secret.id);

/** An account whose first secret an administrator has, and whose second the deputy. */
async function shared(...roles: string[]) {
  const { id, secret } = await newServiceAccount(admin.accessToken, roles);
  const made = await asKeeper("POST", `${PATH}/${id}/secrets`);
  expect(made.status).toBe(201);
  const [first] = await idsOf(id);
  return {
    id,
    admins: { id, secret, secretId: first },
    keepers: { id, secret: made.body.client_secret, secretId: made.body.secret_id },
  };
}

describe("the secrets of an account", () => {
  it("are listed: who made each, when, when it was used and until when it goes on", async () => {
    const { id, admins, keepers } = await shared();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const never = { created_at: time, last_used_at: null };
    expect(await asKeeper("GET", `${PATH}/${id}/secrets`)).toMatchObject({ status: 200 });
    expect(await secretsOf(id)).toEqual([
      { id: admins.secretId, created_by: admin.id, ...never, expires_at: time },
      { id: keepers.secretId, created_by: keeper.id, ...never, expires_at: null },
    ]);
  });

  it("tell their last use, written down once an hour", async () => {
    stopClock();
    const { id, admins } = await shared();
    const lastUse = () =>
      env.DB.prepare("select last_used_at from service_account_secrets where id = ?")
        .bind(admins.secretId)
        .first("last_used_at");
    const begun = Date.now();
    await clientToken(admins);
    await vi.waitFor(async () => expect(await lastUse()).toBe(begun), DEFERRED);
    expect((await secretsOf(id))[0].last_used_at).toBe(new Date(begun).toISOString());
    // Waiting moves a clock that was stopped.
    moveClock(begun + HOUR - 1 - Date.now());
    await clientToken(admins);
    moveClock(1);
    await clientToken(admins);
    await vi.waitFor(async () => expect(await lastUse()).toBe(begun + HOUR), DEFERRED);
  });

  it("work also while their use cannot be written down", async () => {
    const { admins } = await shared();
    await withoutWriting("service_account_secrets", async () => {
      expect((await tokenReply(admins)).status).toBe(200);
    });
  });

  it("end one by one, at once, and the other goes on", async () => {
    const { id, admins, keepers } = await shared();
    expect((await asKeeper("DELETE", `${PATH}/${id}/secrets/${admins.secretId}`)).status).toBe(204);
    expect((await tokenReply(admins)).body).toEqual({ error: "invalid_client" });
    expect((await tokenReply(keepers)).status).toBe(200);
    expect(await idsOf(id)).toEqual([keepers.secretId]);
    const again = await asKeeper("DELETE", `${PATH}/${id}/secrets/${admins.secretId}`);
    expect([again.status, again.body.code]).toEqual([404, "not_found"]);
  });

  it("take the tokens with them that the account had until then", async () => {
    const { id, admins, keepers } = await shared();
    const old = await clientToken(admins);
    const ended = await asKeeper("DELETE", `${PATH}/${id}/secrets/${admins.secretId}`);
    expect(ended.status).toBe(204);
    expect(await rpc.verify(old, { maxStaleness: 0 })).toEqual({
      ok: false,
      code: "invalid_token",
    });
    const token = await clientToken(keepers);
    expect(await rpc.verify(token, { maxStaleness: 0 })).toMatchObject({ ok: true });
  });

  it("end one by one, and the last is not left to run out with the rotation it was for", async () => {
    const { id, admins, keepers } = await shared();
    const undone = await asKeeper("DELETE", `${PATH}/${id}/secrets/${keepers.secretId}`);
    expect(undone.status).toBe(204);
    expect(await secretsOf(id)).toMatchObject([{ id: admins.secretId, expires_at: null }]);
  });

  it("are not ended through another account", async () => {
    const [one, other] = [await shared(), await shared()];
    const path = `${PATH}/${one.id}/secrets/${other.admins.secretId}`;
    expect((await asAdmin("DELETE", path)).status).toBe(404);
    expect(await idsOf(other.id)).toHaveLength(2);
  });
});

describe("AUZ-03 a secret does not grow with its account", () => {
  it("when that is given a role: it ends before the reply, which says so", async () => {
    const { id, admins, keepers } = await shared();
    const path = `${PATH}/${id}/roles/auditor`;
    const raised = await asAdmin("PUT", path);
    expect([raised.status, raised.body]).toEqual([200, { ended_secrets: [keepers.secretId] }]);
    expect((await tokenReply(keepers)).body).toEqual({ error: "invalid_client" });
    expect((await tokenReply(admins)).status).toBe(200);
    expect((await asAdmin("PUT", path)).status).toBe(204);
    expect(await idsOf(id)).toEqual([admins.secretId]);
  });

  it("nor do tokens that were made before: they are refused wherever the row is asked", async () => {
    const { id, admins, keepers } = await shared("reporter");
    const old = await clientToken(keepers);
    const fresh = { maxStaleness: 0 };
    expect(await rpc.authorize(old, "reports:read", fresh)).toMatchObject({ ok: true });
    expect((await asAdmin("PUT", `${PATH}/${id}/roles/admin`)).status).toBe(200);
    expect(await rpc.verify(old, fresh)).toEqual({ ok: false, code: "invalid_token" });
    expect((await call("GET", "/v1/users", { token: old })).status).toBe(401);
    const token = await clientToken(admins);
    expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  });

  it("nor do tokens of a secret that was dropped before, so that the raise ends none", async () => {
    const { id, admins, keepers } = await shared("reporter");
    const old = await clientToken(keepers);
    // As a secret that ran out leaves its tokens behind.
    await env.DB.prepare("delete from service_account_secrets where id = ?")
      .bind(keepers.secretId)
      .run();
    expect(await rpc.verify(old, { maxStaleness: 0 })).toMatchObject({ ok: true });
    expect((await asAdmin("PUT", `${PATH}/${id}/roles/admin`)).status).toBe(204);
    expect((await call("GET", "/v1/users", { token: old })).status).toBe(401);
    const token = await clientToken(admins);
    expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  });

  it("when a role that it holds is edited", async () => {
    await asAdmin("POST", "/v1/roles", { name: "grower", permissions: ["reports:read"] });
    const { id, admins, keepers } = await shared("grower");
    const old = await clientToken(keepers);
    const edit = (permissions: string[]) => asAdmin("PATCH", "/v1/roles/grower", { permissions });
    const same = await edit(["reports:read"]);
    expect([same.status, same.body]).toEqual([
      200,
      { name: "grower", description: "", permissions: ["reports:read"], require_aal2: false },
    ]);
    const raised = await edit(["reports:read", "users:read"]);
    expect([raised.status, raised.body]).toEqual([
      200,
      {
        name: "grower",
        description: "",
        permissions: ["reports:read", "users:read"],
        require_aal2: false,
        ended_secrets: [keepers.secretId],
      },
    ]);
    expect((await tokenReply(keepers)).body).toEqual({ error: "invalid_client" });
    expect((await call("GET", "/v1/users", { token: old })).status).toBe(401);
    expect(await idsOf(id)).toEqual([admins.secretId]);
    const token = await clientToken(admins);
    expect((await call("GET", "/v1/users", { token })).status).toBe(200);
  });

  it("when it is enabled again, by which time its maker may do less", async () => {
    const { id, admins, keepers } = await shared("reporter");
    const status = (wanted: string) => asAdmin("PATCH", `${PATH}/${id}`, { status: wanted });
    expect((await status("disabled")).body).not.toHaveProperty("ended_secrets");
    await asAdmin("PATCH", `/v1/users/${keeper.id}`, { status: "disabled" });
    const enabled = await status("active");
    expect(enabled.body.ended_secrets).toEqual([keepers.secretId]);
    expect((await tokenReply(keepers)).body).toEqual({ error: "invalid_client" });
    expect((await tokenReply(admins)).status).toBe(200);
    await asAdmin("PATCH", `/v1/users/${keeper.id}`, { status: "active" });
    keeper = await signIn(keeper.email);
  });

  it("whatever is done to it at once", async () => {
    const { id, keepers } = await shared("reporter");
    const raises: [string, string, unknown?][] = [
      ["PUT", `${PATH}/${id}/roles/auditor`],
      ["PUT", `${PATH}/${id}/roles/admin`],
      ["PATCH", "/v1/roles/reporter", { permissions: ["reports:read", "keys:read"] }],
    ];
    const replies = await Promise.all([
      ...raises.map((raise) => asAdmin(...raise)),
      asKeeper("POST", `${PATH}/${id}/secrets`),
    ]);
    // One that was overtaken every time says so, and is done when it is asked for again.
    for (const [n, { status }] of replies.slice(0, raises.length).entries()) {
      const raise = raises[n];
      if (status === 409 && raise !== undefined)
        expect((await asAdmin(...raise)).status).toBeLessThan(300);
    }
    const held = await asAdmin("GET", `${PATH}/${id}`);
    expect(held.body.service_account.roles).toEqual(["admin", "auditor", "reporter"]);
    const makers = (await secretsOf(id)).map((secret: { created_by: string }) => secret.created_by);
    expect(makers).not.toContain(keeper.id);
    expect((await tokenReply(keepers)).status).toBe(401);
  });
});
