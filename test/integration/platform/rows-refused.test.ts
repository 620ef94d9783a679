import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { parsePermission } from "../../../src/domain/access/permission.ts";
import { parseRoleName } from "../../../src/domain/access/role-name.ts";
import { parseEmail } from "../../../src/domain/accounts/email.ts";
import { freshEmail } from "../../support/client.ts";
import { someId } from "../../support/samples.ts";

const run = (statement: string, ...values: unknown[]) =>
  env.DB.prepare(statement)
    .bind(...values)
    .run();

const ACCOUNT = `svc_${someId()}`;
let serial = 0;
const someName = () => `r${++serial}`;

/** A row as the service would write it. */
const GOOD: Record<string, () => Record<string, unknown>> = {
  users: () => ({
    id: `usr_${someId()}`,
    email: freshEmail(),
    email_verified: 0,
    name: null,
    password_hash: null,
    password_set_at: 0,
    version: 1,
    created_at: 1,
    updated_at: 1,
  }),
  service_accounts: () => ({
    id: `svc_${someId()}`,
    name: "nightly",
    version: 1,
    tokens_from: 1,
    created_at: 1,
    updated_at: 1,
  }),
  service_account_secrets: () => ({
    id: someId(),
    service_account_id: ACCOUNT,
    hash: someId(),
    created_at: 1,
    expires_at: null,
    made_by: null,
    made_with: '["a:b"]',
    last_used_at: null,
  }),
  roles: () => ({ name: someName() }),
  role_permissions: () => ({ role: "held", permission: `a:${someName()}` }),
  signing_keys: () => ({
    kid: someId(),
    alg: "ES256",
    sequence: ++serial,
    public_jwk: "{}",
    wrapped_private: "v1.x",
    created_at: 1,
    signs_from: null,
    revoked_at: null,
  }),
};

function insert(table: string, row: Record<string, unknown>) {
  const columns = Object.keys(row);
  const marks = columns.map(() => "?").join(", ");
  return run(
    `insert into ${table} (${columns.join(", ")}) values (${marks})`,
    ...Object.values(row),
  );
}

const good = (table: string, given: Record<string, unknown> = {}) => ({
  ...GOOD[table]?.(),
  ...given,
});

beforeAll(async () => {
  await insert("service_accounts", good("service_accounts", { id: ACCOUNT }));
  await insert("roles", { name: "held" });
});

const BLOB = new Uint8Array([1]);

describe("the database refuses, inserted or updated by whatever hand,", () => {
  it.each<[string, string, unknown]>([
    ["users", "id", `usr_${"A".repeat(21)}`],
    ["users", "id", `usr_${"A".repeat(23)}`],
    ["users", "id", `usr_${"A".repeat(21)}B`],
    ["users", "id", `usr_${"A".repeat(20)}+A`],
    ["users", "id", `svc_${"A".repeat(22)}`],
    ["users", "email", "Ada@example.com"],
    ["users", "email", "ada@exämple.com"],
    ["users", "email", "ada @example.com"],
    ["users", "email", "ada@example.com\n"],
    ["users", "email", "ada@eve@example.com"],
    ["users", "email", "@example.com"],
    ["users", "email", "ada@"],
    ["users", "email", "ada@localhost"],
    ["users", "email", "ada"],
    ["users", "email", `${"a".repeat(250)}@b.cc`],
    ["users", "email_verified", 2],
    ["users", "name", BLOB],
    ["users", "password_hash", BLOB],
    ["users", "version", 0],
    ["users", "version", 1.5],
    ["users", "version", "many"],
    ["users", "created_at", -1],
    ["users", "created_at", 1.5],
    ["users", "updated_at", "today"],
    ["users", "updated_at", 1e15],
    ["users", "password_set_at", -1],
    ["users", "status", "locked"],
    ["service_accounts", "id", `usr_${"A".repeat(22)}`],
    ["service_accounts", "id", "svc_x"],
    ["service_accounts", "name", BLOB],
    ["service_accounts", "version", -1],
    ["service_accounts", "tokens_from", 0.5],
    ["service_accounts", "created_at", "today"],
    ["service_accounts", "status", "deleted"],
    ["service_account_secrets", "created_at", -1],
    ["service_account_secrets", "expires_at", "never"],
    ["service_account_secrets", "last_used_at", 0.5],
    ["service_account_secrets", "hash", BLOB],
    ["service_account_secrets", "made_with", "a:b"],
    ["service_account_secrets", "made_with", "{}"],
    ["roles", "name", "Editor"],
    ["roles", "name", "1st"],
    ["roles", "name", "a b"],
    ["roles", "name", "a".repeat(65)],
    ["role_permissions", "permission", "reports"],
    ["role_permissions", "permission", "Reports:read"],
    ["role_permissions", "permission", "reports:read:all"],
    ["role_permissions", "permission", "*:*"],
    ["signing_keys", "sequence", 1.5],
    ["signing_keys", "signs_from", "soon"],
    ["signing_keys", "revoked_at", -1],
  ])("in %s, as %s: %j", async (table, column, value) => {
    const bad = good(table, { [column]: value });
    await expect(insert(table, bad)).rejects.toThrow(/SQLITE_CONSTRAINT/);
    const row = good(table);
    await insert(table, row);
    const [[key, id] = []] = Object.entries(row).filter(([name]) =>
      table === "role_permissions" ? name === "permission" : /^(id|kid|name)$/.test(name),
    );
    const update = run(`update ${table} set ${column} = ? where ${key} = ?`, value, id);
    await expect(update).rejects.toThrow(/SQLITE_CONSTRAINT/);
  });

  it("a new row that says it was deleted", async () => {
    const refused = insert("users", good("users", { status: "deleted" }));
    await expect(refused).rejects.toThrow("users.status is not active or disabled");
  });
});

describe("the database takes whatever the domain makes", () => {
  it.each([
    "a@b.cc",
    "!#$%&'*+/=?^_`{|}~-@example.com",
    "a.b@xn--bcher-kva.example",
    `${"a".repeat(64)}@${"d".repeat(63)}.${"e".repeat(63)}.${"f".repeat(57)}.cc`,
  ])("for the address %s", async (email) => {
    expect(parseEmail(email)).toEqual({ ok: true, value: email });
    expect(await insert("users", good("users", { email }))).toMatchObject({ success: true });
  });

  it.each(["*", "a:*", "a:b", "a-1_x:b-2_y"])("for the permission %s", async (permission) => {
    expect(parsePermission(permission).ok).toBe(true);
    const row = good("role_permissions", { permission });
    expect(await insert("role_permissions", row)).toMatchObject({ success: true });
  });

  it.each(["a", "a-1_x", "a".repeat(64)])("for the role %s", async (name) => {
    expect(parseRoleName(name).ok).toBe(true);
    expect(await insert("roles", { name })).toMatchObject({ success: true });
  });
});
