import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, newAdmin, type SignedIn } from "../../support/client.ts";
import { byHand, notedPrograms, runFeed } from "../../support/feed.ts";
import { someAccount } from "../../support/service-account-samples.ts";
import {
  newServiceAccount,
  type ServiceAccount,
  tokenReply,
} from "../../support/service-accounts.ts";

let admin: SignedIn;
let account: ServiceAccount;
let other: ServiceAccount;

const emptyFeed = () => byHand("delete from service_account_feed");

beforeAll(async () => {
  admin = await newAdmin();
  const role = { name: "reporter", description: "", permissions: ["reports:read"] };
  const made = await call("POST", "/v1/roles", { token: admin.accessToken, body: role });
  expect(made.status).toBe(201);
});

beforeEach(async () => {
  await emptyFeed();
  account = await newServiceAccount(admin.accessToken, ["reporter"]);
  other = await newServiceAccount(admin.accessToken);
  expect((await tokenReply(account)).status).toBe(200);
  expect(await notedPrograms()).toEqual([]);
});

describe("a service account changed by other hands is noted, and told by the next run,", () => {
  const kinds: Record<string, string> = {
    "by its status": "update service_accounts set status = 'disabled' where id = ?",
    "by its version": "update service_accounts set version = version + 1 where id = ?",
    "by the version of its oldest good tokens":
      "update service_accounts set tokens_from = version where id = ?",
    "by a role that is given": "insert or ignore into service_account_roles values (?, 'admin')",
    "by a role that is taken": "delete from service_account_roles where service_account_id = ?",
    "by a role that becomes another":
      "update service_account_roles set role = 'user' where service_account_id = ?",
    "by a secret that is deleted":
      "delete from service_account_secrets where service_account_id = ?",
    "by a secret that is replaced":
      "update service_account_secrets set hash = 'another' where service_account_id = ?",
    "by a secret that is given an end":
      "update service_account_secrets set expires_at = 1 where service_account_id = ?",
    "by a further secret": `insert into service_account_secrets (id, service_account_id, hash, created_at)
      values ('further' || hex(randomblob(4)), ?, 'a hash', 0)`,
  };

  it.each(Object.entries(kinds))("AUZ-04 %s", async (_, statement) => {
    await byHand(statement, account.id);
    expect(new Set(await notedPrograms())).toEqual(new Set([account.id]));
    await runFeed();
    expect(await notedPrograms()).toEqual([]);
  });

  it("AUZ-04 by what a role of it grants: the role is noted", async () => {
    const statements = [
      "insert into role_permissions (role, permission) values ('reporter', 'reports:write')",
      "update role_permissions set permission = 'reports:list' where permission = 'reports:write'",
      "delete from role_permissions where role = 'reporter' and permission = 'reports:list'",
    ];
    for (const statement of statements) {
      await byHand(statement);
      expect(await notedPrograms()).toEqual(["reporter"]);
      await runFeed();
      expect(await notedPrograms()).toEqual([]);
    }
  });

  it("AUZ-04 both of them, where a role or a secret goes from one to the other", async () => {
    for (const table of ["service_account_roles", "service_account_secrets"]) {
      const move = `update ${table} set service_account_id = ? where service_account_id = ?`;
      await byHand(move, other.id, account.id);
      expect(new Set(await notedPrograms())).toEqual(new Set([account.id, other.id]));
      await emptyFeed();
    }
  });

  it("REV-02 where its row alone comes, is given another id, or goes", async () => {
    await byHand("delete from service_account_secrets where service_account_id = ?", other.id);
    await emptyFeed();
    const [moved, made] = [someAccount().id, someAccount().id];
    await byHand("update service_accounts set id = ? where id = ?", moved, other.id);
    expect(new Set(await notedPrograms())).toEqual(new Set([other.id, moved]));
    await emptyFeed();
    await byHand("delete from service_accounts where id = ?", moved);
    await byHand(
      "insert into service_accounts (id, name, created_at, updated_at) values (?, 'restored', 0, 0)",
      made,
    );
    expect(await notedPrograms()).toEqual([moved, made]);
  });

  it("AUZ-04 both of them, where a secret of one is replaced by the other's of the same id", async () => {
    await byHand(
      `insert or replace into service_account_secrets (id, service_account_id, hash, created_at)
       select id, ?, hash, created_at from service_account_secrets where service_account_id = ?`,
      other.id,
      account.id,
    );
    expect(new Set(await notedPrograms())).toEqual(new Set([account.id, other.id]));
    await runFeed();
    expect((await tokenReply(account)).status).toBe(401);
  });
});

it("no other change notes anything", async () => {
  const statements = [
    "update service_accounts set name = 'Weekly report', updated_at = updated_at + 1 where id = ?",
    "update service_account_secrets set last_used_at = 5, made_by = null where service_account_id = ?",
  ];
  for (const statement of statements) await byHand(statement, account.id);
  await byHand("update roles set description = 'Reads' where name = 'reporter'");
  await byHand("insert into roles (name, description) values ('unheld', '')");
  await byHand("insert into role_permissions (role, permission) values ('unheld', 'a:b')");
  await byHand("delete from role_permissions where role = 'unheld'");
  expect(await notedPrograms()).toEqual([]);
});

it("a transaction that fails notes nothing", async () => {
  const disable = "update service_accounts set status = 'disabled' where id = ?";
  const wrong = "update service_accounts set version = 0 where id = ?";
  const batch = [disable, wrong].map((statement) => env.DB.prepare(statement).bind(account.id));
  await expect(env.DB.batch(batch)).rejects.toThrow("version");
  expect(await notedPrograms()).toEqual([]);
});
