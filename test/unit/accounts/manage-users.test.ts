import { describe, expect, it } from "vitest";
import {
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_PERMISSIONS_PER_ROLE,
  MAX_ROLES_PER_PRINCIPAL,
} from "../../../src/domain/limits.ts";
import { createManagedUser } from "../../../src/use-cases/accounts/create-managed-user.ts";
import { setUserRole } from "../../../src/use-cases/accounts/set-user-role.ts";
import { memoryService, PASSWORD } from "../../support/memory-service.ts";
import { someActor, someEdit, someEmail } from "../../support/samples.ts";

const admin = someActor("*");

/** A service with roles of so many permissions each, no two of which are the same. */
async function serviceWithRoles(count: number, permissions: number) {
  const service = memoryService();
  const names = Array.from({ length: count }, (_, n) => `role-${n}`);
  for (const name of names) {
    await service.deps.roles.create(
      {
        name,
        description: "",
        permissions: Array.from({ length: permissions }, (_, n) => `${name}:a${n}`),
      },
      someEdit(),
    );
  }
  const user = await service.register();
  const give = (role: string) => setUserRole(service.deps, admin, user.id, role, "assign_role");
  const take = (role: string) => setUserRole(service.deps, admin, user.id, role, "remove_role");
  const roles = async () => (await service.deps.users.findById(user.id))?.user.roles;
  return { service, names, user, give, take, roles };
}

const TOO_MANY = { ok: false, error: "too_many_permissions" };
const DONE = { ok: true, value: null };
const FULL = MAX_PERMISSIONS_PER_PRINCIPAL / MAX_PERMISSIONS_PER_ROLE;

describe("a user is given no more", () => {
  it("roles than a token takes", async () => {
    const { names, give, roles } = await serviceWithRoles(MAX_ROLES_PER_PRINCIPAL, 0);
    const outcomes = [];
    for (const name of names) outcomes.push(await give(name));
    // The role `user` is one of them.
    expect(outcomes.slice(0, -1)).toEqual(Array(MAX_ROLES_PER_PRINCIPAL - 1).fill(DONE));
    expect(outcomes.at(-1)).toEqual(TOO_MANY);
    expect(await roles()).toHaveLength(MAX_ROLES_PER_PRINCIPAL);
  });

  it("permissions, but with a wildcard over them", async () => {
    const { service, give, take } = await serviceWithRoles(FULL + 1, MAX_PERMISSIONS_PER_ROLE);
    for (let n = 0; n < FULL; n++) expect(await give(`role-${n}`)).toEqual(DONE);
    expect(await give(`role-${FULL}`)).toEqual(TOO_MANY);
    expect(await give("admin")).toEqual(DONE);
    expect(await give(`role-${FULL}`)).toEqual(DONE);
    await service.register({ roles: ["admin"] });
    // Taking is never refused, though what the wildcard had covered is more than may be given.
    expect(await take("admin")).toEqual(DONE);
    expect(await give("admin")).toEqual(DONE);
  });

  it("by two who give at once: one of them finds it changed, and too much", async () => {
    const { service, user, give, roles } = await serviceWithRoles(
      FULL + 1,
      MAX_PERMISSIONS_PER_ROLE,
    );
    for (let n = 0; n < FULL - 1; n++) await give(`role-${n}`);
    const other = `role-${FULL}`;
    let isFirst = true;
    const named: typeof service.deps.roles.named = async (names) => {
      const found = await service.deps.roles.named(names);
      if (isFirst) {
        isFirst = false;
        expect(await give(other)).toEqual(DONE);
      }
      return found;
    };
    const deps = { ...service.deps, roles: { ...service.deps.roles, named } };
    const late = await setUserRole(deps, admin, user.id, `role-${FULL - 1}`, "assign_role");
    expect(late).toEqual(TOO_MANY);
    expect(await roles()).toHaveLength(FULL + 1);
  });

  it("nor made with more", async () => {
    const { service, names } = await serviceWithRoles(FULL + 1, MAX_PERMISSIONS_PER_ROLE);
    const make = (roles: readonly string[]) =>
      createManagedUser(service.deps, admin, {
        email: someEmail(),
        name: null,
        password: null,
        roles,
      });
    expect(await make(names)).toEqual(TOO_MANY);
    expect((await make(names.slice(1))).ok).toBe(true);
  });
});

it("a role is given though the row was changed by other hands since the object knew it", async () => {
  const { service, user, give, roles } = await serviceWithRoles(1, 1);
  await service.signIn(user.email);
  await service.deps.record.fence(user.id, "by hand", user.version);
  expect(await give("role-0")).toEqual(DONE);
  expect(await roles()).toEqual(["role-0", "user"]);
});

describe("AUZ-03 an account made with a password", () => {
  const make = (deps: ReturnType<typeof memoryService>["deps"], ...permissions: string[]) =>
    createManagedUser(deps, someActor(...permissions), {
      email: someEmail(),
      name: null,
      password: PASSWORD,
      roles: [],
    });

  it("is for those who may do everything: whoever chose it can act as the account", async () => {
    const { deps } = memoryService();
    expect(await make(deps, "users:*", "roles:*", "keys:*")).toEqual({
      ok: false,
      error: "forbidden",
    });
    expect((await make(deps, "*")).ok).toBe(true);
  });
});
