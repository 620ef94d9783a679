import { describe, expect, it } from "vitest";
import {
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_PERMISSIONS_PER_ROLE,
  MAX_ROLES,
  MAX_ROLES_PER_PRINCIPAL,
  MAX_SERVICE_ACCOUNTS,
} from "../../../src/domain/limits.ts";
import { createRole } from "../../../src/use-cases/access/create-role.ts";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { createServiceAccount } from "../../../src/use-cases/clients/create-service-account.ts";
import { setServiceAccountRole } from "../../../src/use-cases/clients/set-service-account-role.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { someEdit, someUser } from "../../support/samples.ts";
import { someAccount } from "../../support/service-account-samples.ts";

const TOO_MANY = { ok: false, error: "too_many_permissions" };
const permissionsNamed = (name: string, count = MAX_PERMISSIONS_PER_ROLE) =>
  Array.from({ length: count }, (_, n) => `${name}:a${n}`);
const FULL = MAX_PERMISSIONS_PER_PRINCIPAL / MAX_PERMISSIONS_PER_ROLE;
/** With which there are more pairs than sets in one reading. */
const OTHERS = 48;

/** Full roles, as many as one may hold and one more, and an empty one. */
async function withFullRoles() {
  const service = programService();
  const full = Array.from({ length: FULL + 1 }, (_, n) => `full-${n}`);
  for (const name of full) await service.role(name, ...permissionsNamed(name));
  await service.role("edited");
  const edit = (...permissions: string[]) =>
    updateRole(service.deps, ADMIN_ACTOR, "edited", { permissions });
  return { service, full, held: full.slice(0, FULL), edit };
}

describe("a role that others hold is not edited beyond what they may hold", () => {
  it("be it a user", async () => {
    const { service, held, edit } = await withFullRoles();
    service.db.users.set(...userRow(["edited", ...held]));
    expect(await edit("one:more")).toEqual(TOO_MANY);
    expect((await edit("full-0:a0", "full-1:a1")).ok).toBe(true);
    expect((await edit("full-0:*")).ok).toBe(true);
    expect((await edit("full-0:*", "one:more")).ok).toBe(true);
    // Without the wildcard what it covered counts; but to take is never refused.
    expect(await edit("one:more", "two:more")).toEqual(TOO_MANY);
    expect((await edit("one:more")).ok).toBe(true);
    expect(await edit("two:more", "three:more")).toEqual(TOO_MANY);
    expect((await edit()).ok).toBe(true);
  });

  it("be it a service account", async () => {
    const { service, held, edit } = await withFullRoles();
    await service.account(ADMIN_ACTOR, "edited", ...held);
    expect(await edit("one:more")).toEqual(TOO_MANY);
    expect((await edit("full-0:a0")).ok).toBe(true);
  });

  it("be it one of many, who hold other sets", async () => {
    const { service, held, edit } = await withFullRoles();
    // Before "edited" and "full" in order, so that the one in question is not in the first reading.
    const names = Array.from({ length: OTHERS }, (_, n) => `another-${n}`);
    for (const name of names) await service.role(name);
    for (const [n, one] of names.entries()) {
      for (const other of names.slice(n + 1)) {
        service.db.users.set(...userRow(["edited", one, other]));
      }
    }
    expect((await edit("one:more")).ok).toBe(true);
    service.db.users.set(...userRow(["edited", ...held]));
    expect(await edit("one:more", "two:more")).toEqual(TOO_MANY);
  });

  it("but who holds too much already may be given less", async () => {
    const { service, full, edit } = await withFullRoles();
    expect((await edit("one:more", "two:more")).ok).toBe(true);
    service.db.users.set(...userRow(["edited", ...full]));
    expect((await edit("one:more")).ok).toBe(true);
    expect(await edit("one:more", "three:more")).toEqual(TOO_MANY);
  });
});

function userRow(roles: readonly string[]) {
  const { now, passwordHash, ...user } = someUser({ roles: [...roles].sort() });
  const times = { passwordSetAt: now, createdAt: now, updatedAt: now };
  const row = { ...user, ...times, status: "active" as const, version: 1 };
  return [user.id, { user: row, passwordHash, changeId: "", expiresAt: null }] as const;
}

describe("a service account is given no more than one may hold", () => {
  it("neither when it is made nor later, and all of that", async () => {
    const { service, full, held } = await withFullRoles();
    const make = (roles: readonly string[]) =>
      createServiceAccount(service.deps, ADMIN_ACTOR, { name: "x", roles });
    expect(await make(full)).toEqual(TOO_MANY);
    const many = Array.from({ length: MAX_ROLES_PER_PRINCIPAL + 1 }, (_, n) => `many-${n}`);
    for (const name of many) await service.role(name);
    expect(await make(many)).toEqual(TOO_MANY);
    const { id } = await service.account(ADMIN_ACTOR, ...held);
    const set = (role: string, wanted: "assign_role" | "remove_role") =>
      setServiceAccountRole(service.deps, ADMIN_ACTOR, id, role, wanted);
    expect(await set(full.at(-1) ?? "", "assign_role")).toEqual(TOO_MANY);
    expect((await set("admin", "assign_role")).ok).toBe(true);
    expect((await set(full.at(-1) ?? "", "assign_role")).ok).toBe(true);
    // What the wildcard covered is then too much, but an administrator can be made none at once.
    expect((await set("admin", "remove_role")).ok).toBe(true);
    await service.role("further", "one:more");
    expect(await set("further", "assign_role")).toEqual(TOO_MANY);
  });
});

it("of roles and of service accounts no more are made than there may be", async () => {
  const { deps } = programService();
  const role = (n: number) => ({ name: `role-${n}`, description: "", permissions: [] });
  for (let n = 0; (await deps.roles.list()).length < MAX_ROLES; n++)
    await deps.roles.create(role(n), someEdit());
  const late = await createRole(deps, ADMIN_ACTOR, { ...role(0), name: "late" });
  expect(late).toEqual({ ok: false, error: "too_many_roles" });
  for (let n = 0; n < MAX_SERVICE_ACCOUNTS; n++) await deps.serviceAccounts.create(someAccount());
  const one = await createServiceAccount(deps, ADMIN_ACTOR, { name: "late", roles: [] });
  expect(one).toEqual({ ok: false, error: "too_many_service_accounts" });
});
