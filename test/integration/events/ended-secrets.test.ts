import { beforeAll, expect, it } from "vitest";
import { call, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import { storedEvents } from "../../support/events.ts";
import { newServiceAccount } from "../../support/service-accounts.ts";

let admin: SignedIn;
let keeper: SignedIn;

const as = ({ accessToken: token }: SignedIn, method: string, path: string, body?: unknown) =>
  call(method, path, { token, body });

beforeAll(async () => {
  admin = await newAdmin();
  const roles = {
    keeper: ["service-accounts:*", "reports:read"],
    reporter: ["reports:read"],
    auditor: ["audit:read"],
  };
  for (const [name, permissions] of Object.entries(roles)) {
    const made = await as(admin, "POST", "/v1/roles", { name, permissions });
    expect(made.status).toBe(201);
  }
  keeper = await signIn((await insertUser(["user", "keeper"])).email);
});

/** A service account with the role `reporter`, and a secret of somebody who may do no more. */
async function withKeepersSecret(): Promise<{ id: string; secretId: string }> {
  const { id } = await newServiceAccount(admin.accessToken, ["reporter"]);
  const made = await as(keeper, "POST", `/v1/service-accounts/${id}/secrets`);
  expect(made.status).toBe(201);
  return { id, secretId: made.body.secret_id };
}

it("a role that is given tells which secrets it ended", async () => {
  const { id, secretId } = await withKeepersSecret();
  const given = await as(admin, "PUT", `/v1/service-accounts/${id}/roles/auditor`);
  expect(given.body.ended_secrets).toEqual([secretId]);
  const [event] = await storedEvents({ subject: id, type: "service_account.role" });
  expect(event?.data).toEqual({ role: "auditor", ended_secrets: [secretId] });
});

it("so does a role that is edited, and an account that is enabled again", async () => {
  const { id, secretId } = await withKeepersSecret();
  await as(admin, "PATCH", `/v1/service-accounts/${id}`, { status: "disabled" });
  const permissions = ["reports:read", "reports:write"];
  await as(admin, "PATCH", "/v1/roles/reporter", { permissions });
  const edits = await storedEvents({ subject: "reporter", type: "role.updated" });
  const enabled = await as(admin, "PATCH", `/v1/service-accounts/${id}`, { status: "active" });
  const updates = await storedEvents({ subject: id, type: "service_account.updated" });
  const ended = [...edits, ...updates].flatMap(({ data }) => data["ended_secrets"] ?? []);
  expect(ended).toContain(secretId);
  expect(updates.map(({ data }) => data["status"])).toEqual(["disabled", "active"]);
  expect(enabled.status).toBe(200);
});
