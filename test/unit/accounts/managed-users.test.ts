import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import { UNVERIFIED_LIFETIME } from "../../../src/domain/accounts/mail-token.ts";
import type { Acr } from "../../../src/domain/assurance.ts";
import { FREE_TRIES } from "../../../src/domain/credentials/throttle.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { createManagedUser } from "../../../src/use-cases/accounts/create-managed-user.ts";
import { deleteOwnAccount } from "../../../src/use-cases/accounts/delete-own-account.ts";
import { listUsers } from "../../../src/use-cases/accounts/list-users.ts";
import type { Accounts } from "../../../src/use-cases/accounts/ports.ts";
import { registerUser } from "../../../src/use-cases/accounts/register-user.ts";
import { renameOwnAccount } from "../../../src/use-cases/accounts/rename-own-account.ts";
import { setUserRole } from "../../../src/use-cases/accounts/set-user-role.ts";
import { whatOfCreation } from "../../../src/use-cases/accounts/tell-creation.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { memoryService, PASSWORD, passwordOf } from "../../support/memory-service.ts";
import { someActor, someEdit, someEmail, somePerson, someUser } from "../../support/samples.ts";

const ADMIN = someActor("*");
const HELPDESK = someActor("users:write", "roles:assign", "pages:write");
const EDITOR = { name: "editor", description: "", permissions: ["pages:write"] };

async function service() {
  const made = memoryService();
  await made.deps.roles.create(EDITOR, someEdit());
  return made;
}

type Deps = Awaited<ReturnType<typeof service>>["deps"];

const wanted = (given: object = {}) => ({
  email: someEmail(),
  name: null,
  password: null,
  roles: [] as readonly string[],
  ...given,
});

describe("AUZ-03 an account that an administrator makes", () => {
  const make = async (deps: Deps, actor: typeof ADMIN, given: object = {}) =>
    codeOf(await createManagedUser(deps, actor, wanted(given)));

  it("has a password only by whoever may do everything, and roles by whoever may give them", async () => {
    const { deps } = await service();
    expect(await make(deps, HELPDESK)).toBe("done");
    expect(await make(deps, HELPDESK, { password: PASSWORD })).toBe("forbidden");
    expect(await make(deps, ADMIN, { password: PASSWORD })).toBe("done");
    expect(await make(deps, HELPDESK, { roles: ["editor"] })).toBe("done");
    expect(await make(deps, HELPDESK, { roles: ["admin"] })).toBe("forbidden");
    expect(await make(deps, someActor("users:write"), { roles: ["editor"] })).toBe("forbidden");
  });

  it("holds the role of all users and those given, each once and in order", async () => {
    const { deps } = await service();
    const made = unwrapped(
      await createManagedUser(deps, ADMIN, wanted({ roles: ["user", "editor", "admin"] })),
    );
    expect(made.roles).toEqual(["admin", "editor", "user"]);
  });

  it("is refused as forbidden where the maker may act no more, and never once it is made", async () => {
    const { deps } = await service();
    const email = someEmail();
    expect(await make(deps, HELPDESK, { email })).toBe("done");
    const gone = { ...deps, actors: { stillAct: async () => false } };
    expect(await make(gone, HELPDESK)).toBe("done");
    expect(await make(gone, HELPDESK, { email })).toBe("forbidden");
    expect(await make(deps, HELPDESK, { email })).toBe("email_taken");
    const weak = { password: passwordOf("short") };
    expect(await make(gone, ADMIN, weak)).toBe("weak_password");
  });

  it("is refused for what a role says after it was looked at", async () => {
    const { deps } = await service();
    const create = async () => {
      const raised = { permissions: ["pages:write", "users:write:all", "keys:rotate"] };
      await deps.roles.update("editor", raised, {
        ...someEdit(),
        now: deps.clock(),
        role: EDITOR,
        raise: null,
      });
      return "no_such_role" as const;
    };
    const racing = { ...deps, users: { ...deps.users, create } };
    expect(await make(racing, HELPDESK, { roles: ["editor"] })).toBe("forbidden");
    expect(await make(racing, ADMIN, { roles: ["editor"] })).toBe("no_such_role");
  });

  it("stays where its owner can use it, and else waits a week for its address to be verified", async () => {
    const { deps } = await service();
    const times: (number | null)[] = [];
    const create: Deps["users"]["create"] = async (user, by) => {
      times.push(user.expiresAt);
      return deps.users.create(user, by);
    };
    const watched = { ...deps, users: { ...deps.users, create } };
    await make(watched, ADMIN, { password: PASSWORD });
    await make(watched, ADMIN);
    await make({ ...watched, requireVerifiedEmail: true }, ADMIN, { password: PASSWORD });
    const end = deps.clock() + UNVERIFIED_LIFETIME;
    expect(times).toEqual([null, end, end]);
  });
});

describe("a role that is given", () => {
  it("is decided anew when it is gone by then", async () => {
    const { deps, register } = await service();
    const user = await register();
    let asked = 0;
    const change: Accounts["change"] = async (id, command) => {
      asked += 1;
      if (asked > 1) await deps.roles.remove(EDITOR, someEdit());
      return asked === 1 ? { kind: "no_such_role" } : deps.accounts.change(id, command);
    };
    const racing = { ...deps, accounts: { ...deps.accounts, change } };
    const given = await setUserRole(racing, ADMIN, user.id, "editor", "assign_role");
    expect(codeOf(given)).toBe("no_such_role");
    expect(asked).toBe(2);
  });

  it("and asks for two factors comes from a person who showed them", async () => {
    const { deps, register } = await service();
    const strict = { name: "strict", description: "", permissions: [], requireAal2: true };
    await deps.roles.create(strict, someEdit());
    const [giver, user] = [await register(), await register()];
    const give = async (acr: Acr) => {
      const person = { ...somePerson(giver.id), proved: { amr: [], acr, authTime: 0 } };
      return codeOf(await setUserRole(deps, person, user.id, "strict", "assign_role"));
    };
    expect([await give("aal1"), await give("aal2")]).toEqual(["forbidden", "done"]);
  });
});

it("enabling an account reopens its sign-in; disabling one does not", async () => {
  const { deps, register } = await service();
  const { id, email } = await register();
  for (let i = 0; i < FREE_TRIES; i++) await deps.throttle.reserve(email);
  unwrapped(await updateUser(deps, ADMIN, id, { status: "disabled" }));
  expect(deps.throttle.failures(email)).toBe(FREE_TRIES);
  unwrapped(await updateUser(deps, ADMIN, id, { name: "Ada" }));
  expect(deps.throttle.failures(email)).toBe(FREE_TRIES);
  unwrapped(await updateUser(deps, ADMIN, id, { status: "active" }));
  expect(deps.throttle.failures(email)).toBe(0);
});

it("everybody renames themselves, without a permission", async () => {
  const { deps, register } = await service();
  const { id } = await register();
  expect(codeOf(await renameOwnAccount(deps, somePerson(id), { name: "Ada" }))).toBe("done");
  expect((await deps.users.findById(id))?.user.name).toBe("Ada");
});

it("whoever lost a role while they renamed themselves has the new name all the same", async () => {
  const { deps, register } = await service();
  const { id } = await register();
  const before = { ...somePerson(id), roles: ["admin"], permissions: ["*"] };
  expect(codeOf(await renameOwnAccount(deps, before, { name: "Ada" }))).toBe("done");
  expect((await deps.users.findById(id))?.user.name).toBe("Ada");
});

it("a page of accounts says where it ended when another follows, and else that it is the last", async () => {
  const { deps, register, advance } = await service();
  const made = [];
  for (let i = 0; i < 4; i++) {
    made.push(await register());
    advance(1);
  }
  const [fourth, third, second] = made.toReversed();
  const page = async (limit: number) =>
    unwrapped(await listUsers(deps, ADMIN, { email: null, status: null, after: null, limit }));
  const { users, last } = await page(3);
  expect(users.map(({ id }) => id)).toEqual([fourth?.id, third?.id, second?.id]);
  expect(last?.id).toBe(second?.id);
  expect((await page(4)).users).toHaveLength(4);
  expect((await page(4)).last).toBeNull();
});

describe("open registration", () => {
  it("makes an account that may do nothing, unless the address is taken or the password weak", async () => {
    const { deps } = await service();
    const input = { email: someEmail(), password: PASSWORD, name: null };
    const register = (given: Partial<typeof input> = {}) =>
      registerUser({ ...deps, isPrivate: false }, ANYONE, { ...input, ...given });
    expect(unwrapped(await register())).toMatchObject({ roles: ["user"], emailVerified: false });
    expect(codeOf(await register())).toBe("email_taken");
    const weak = { email: someEmail(), password: passwordOf("short") };
    expect(codeOf(await register(weak))).toBe("weak_password");
  });
});

describe("what is told of a new account", () => {
  it.each([
    { by: ANYONE, passwordHash: "hash", type: "user.registered", purpose: "verify_email" },
    { by: ANYONE, passwordHash: null, type: "user.registered", purpose: "verify_email" },
    { by: ADMIN, passwordHash: "hash", type: "user.created", purpose: "verify_email" },
    { by: ADMIN, passwordHash: null, type: "user.invited", purpose: "invitation" },
  ])("by $by.kind, with $passwordHash for a password, is $type", (given) => {
    const { by, passwordHash, type, purpose } = given;
    const user = someUser({ passwordHash, roles: ["editor", "user"] });
    expect(whatOfCreation(user, by)).toEqual({
      type,
      data: { roles: ["editor", "user"] },
      mail: { purpose, to: null },
    });
    const verified = whatOfCreation({ ...user, emailVerified: true }, by);
    expect(Object.keys(verified)).toEqual(["type", "data"]);
  });
});

describe("a change of one's own account", () => {
  /** Somebody whose account other hands change between the proof and the change. */
  async function between(meanwhile: (deps: Deps, id: UserId) => Promise<unknown>) {
    const { deps, register, signIn } = await service();
    await register({ roles: ["admin"] });
    const { id, email } = await register();
    const { sessionId } = await signIn(email);
    let asked = 0;
    const change: Accounts["change"] = async (userId, command) => {
      asked += 1;
      if (asked === 1) await meanwhile(deps, id);
      return deps.accounts.change(userId, command);
    };
    const racing = { ...deps, accounts: { ...deps.accounts, change } };
    const code = codeOf(await deleteOwnAccount(racing, somePerson(id, sessionId), PASSWORD));
    const isThere = (await deps.users.findById(id)) !== null;
    return { code, asked, isThere };
  }

  it("is made on another version of it as long as the password proved is the one", async () => {
    const outcome = await between((deps, id) =>
      setUserRole(deps, ADMIN, id, "editor", "assign_role"),
    );
    expect(outcome).toMatchObject({ code: "done", asked: 2, isThere: false });
  });

  it("is a conflict once the account was disabled", async () => {
    const outcome = await between((deps, id) =>
      updateUser(deps, ADMIN, id, { status: "disabled" }),
    );
    expect(outcome).toMatchObject({ code: "conflict", asked: 1, isThere: true });
  });

  it("that is refused for itself is not asked for twice", async () => {
    const { deps, register, signIn } = await service();
    const { id, email } = await register({ roles: ["admin"] });
    const { sessionId } = await signIn(email);
    let asked = 0;
    const change: Accounts["change"] = (userId, command) => {
      asked += 1;
      return deps.accounts.change(userId, command);
    };
    const watched = { ...deps, accounts: { ...deps.accounts, change } };
    const owner = somePerson(id, sessionId);
    expect(codeOf(await deleteOwnAccount(watched, owner, PASSWORD))).toBe("last_admin");
    expect(asked).toBe(1);
  });
});
