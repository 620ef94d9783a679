import { beforeEach, describe, expect, it } from "vitest";
import type { Actor, Person } from "../../src/domain/access/actor.ts";
import type { Acr } from "../../src/domain/assurance.ts";
import type { Actors, Roles } from "../../src/use-cases/access/ports.ts";
import type { AccountRecord, Users } from "../../src/use-cases/accounts/ports.ts";
import type { ServiceAccounts } from "../../src/use-cases/clients/ports.ts";
import { DAY, someActor, someEdit, somePerson, someUser } from "../support/samples.ts";
import {
  decidedOn,
  NOW,
  REPORTER,
  someAccount,
  someSecret,
  USER_ROLE,
} from "../support/service-account-samples.ts";

type Harness = {
  readonly actors: Actors;
  readonly serviceAccounts: ServiceAccounts;
  readonly roles: Roles;
  readonly users: Users;
  readonly record: AccountRecord;
};

const FIRST = 1;
const KINDS = ["user", "service"] as const;
const LOSSES = ["is disabled", "loses a role", "has a role that grants less", "is gone"] as const;

/** @param make gives a store without users and service accounts, and with the built-in roles alone */
export function actorsContract(make: () => Promise<Harness>): void {
  let on: Harness;
  beforeEach(async () => {
    on = await make();
    await on.roles.create(REPORTER, someEdit());
  });

  const edit = (permissions: readonly string[]) =>
    on.roles.update("reporter", { permissions }, unedited());
  const unedited = () => ({ ...someEdit(), now: NOW, role: REPORTER, raise: null });
  const narrow = () => edit(["reports:list"]);

  it("is nobody by a role that has come to ask for a second factor, unless they showed one", async () => {
    const user = someUser({ roles: ["reporter", "user"] });
    await on.users.create(user);
    const person = (acr: Acr): Person => ({
      ...somePerson(user.id),
      roles: ["reporter", "user"],
      permissions: ["reports:read"],
      proved: { amr: ["pwd"], acr, authTime: 0 },
    });
    const both = async () => [
      await on.actors.stillAct(person("aal1")),
      await on.actors.stillAct(person("aal2")),
    ];
    expect(await both()).toEqual([true, true]);
    await on.roles.update("reporter", { requireAal2: true }, unedited());
    expect(await both()).toEqual([false, true]);
    const byOther = { ...person("aal1"), roles: ["user"], permissions: [] };
    expect(await on.actors.stillAct(byOther)).toBe(true);
  });

  /** Somebody who acts by two roles, and the ways in which they may no more. */
  async function actorOf(kind: (typeof KINDS)[number]) {
    const roles = ["reporter", "user"];
    if (kind === "service") {
      const { id } = someAccount();
      await on.serviceAccounts.create(someAccount({ id, roles: [REPORTER, USER_ROLE] }));
      const lose = {
        "is disabled": () =>
          on.serviceAccounts.update(id, { status: "disabled" }, decidedOn(FIRST)),
        "loses a role": () =>
          on.serviceAccounts.setRole(id, "reporter", [USER_ROLE], decidedOn(FIRST)),
        "has a role that grants less": narrow,
        "is gone": () => on.serviceAccounts.remove(id, someActor("*"), null),
      };
      return { actor: { kind, id, roles, permissions: ["reports:read"] } as Actor, lose };
    }
    const user = someUser({ roles });
    await on.users.create(user);
    const change = (what: Parameters<AccountRecord["apply"]>[1]) => () =>
      on.record.apply(user.id, what, "change", FIRST, NOW, false);
    const lose = {
      "is disabled": change({ kind: "set_status", status: "disabled" }),
      "loses a role": change({ kind: "remove_role", role: "reporter" }),
      "has a role that grants less": narrow,
      "is gone": change({ kind: "delete" }),
    };
    return { actor: { kind, id: user.id, roles, permissions: ["reports:read"] } as Actor, lose };
  }

  describe("Actors", () => {
    it("let whoever has no row act: what they may do is said elsewhere", async () => {
      for (const kind of ["worker", "operator", "system"] as const)
        expect(await on.actors.stillAct({ ...someActor("*"), kind })).toBe(true);
    });

    describe.each(KINDS)("AUZ-04 a %s", (kind) => {
      it("acts while it is active and holds the roles it acts by, among others", async () => {
        const { actor } = await actorOf(kind);
        expect(await on.actors.stillAct(actor)).toBe(true);
        const asUser = { ...actor, roles: ["user"], permissions: [] };
        expect(await on.actors.stillAct(asUser)).toBe(true);
        expect(await on.actors.stillAct({ ...actor, roles: ["admin", "user"] })).toBe(false);
      });

      it.each<[string, boolean]>([
        ["reports:read", true],
        ["reports:*", true],
        ["*", true],
        ["reports:write", false],
        ["reports-read:*", false],
        ["report:*", false],
      ])("acts by a role that now grants %s: %s", async (granted, may) => {
        const { actor } = await actorOf(kind);
        await edit([granted]);
        expect(await on.actors.stillAct(actor)).toBe(may);
      });

      it("acts by what a built-in role grants in the code", async () => {
        const { actor } = await actorOf(kind);
        const asUser = { ...actor, roles: ["user"] };
        expect(await on.actors.stillAct({ ...asUser, permissions: [] })).toBe(true);
        expect(await on.actors.stillAct({ ...asUser, permissions: ["*"] })).toBe(false);
      });

      it.each(LOSSES)("that %s acts no more", async (loss) => {
        const { actor, lose } = await actorOf(kind);
        await lose[loss]();
        expect(await on.actors.stillAct(actor)).toBe(false);
      });

      it.each(LOSSES)("that %s edits no role, and changes no program", async (loss) => {
        const { actor, lose } = await actorOf(kind);
        const { serviceAccounts, roles } = on;
        const target = someAccount({ roles: [REPORTER] });
        await serviceAccounts.create(target);
        const unused = { name: "unused", description: "", permissions: ["a:b"] };
        await roles.create(unused, someEdit());
        await lose[loss]();
        const before = [await roles.list(), await serviceAccounts.withSecrets(target.id, NOW)];

        const reporter = (await roles.named(["reporter"])).get("reporter") ?? REPORTER;
        const late = { ...someEdit(), actor };
        const act = { ...decidedOn(FIRST), actor };
        const decided = { ...late, now: NOW, role: reporter, raise: null };
        expect(await roles.create({ ...unused, name: "new" }, late)).toBe("moved");
        expect(await roles.create(unused, late)).toBe("moved");
        expect(await roles.update("reporter", { description: "?" }, decided)).toBe("moved");
        expect(await roles.remove(unused, late)).toBe("moved");
        expect(await roles.remove(reporter, late)).toBe("moved");
        const made = someAccount({ actor });
        expect(await serviceAccounts.create(made)).toBe("moved");
        expect(await serviceAccounts.find(made.id)).toBeNull();
        const { id } = target;
        expect(await serviceAccounts.update(id, { name: "?" }, act)).toBe(false);
        expect(await serviceAccounts.setRole(id, "user", [reporter, USER_ROLE], act)).toBe(false);
        expect(await serviceAccounts.setRole(id, "reporter", [], act)).toBe(false);
        expect(await serviceAccounts.addSecret(id, someSecret(), NOW + DAY, act)).toBe("moved");
        expect(await serviceAccounts.endSecret(id, target.secret.id, act)).toBe(false);
        expect(await serviceAccounts.remove(id, actor, FIRST)).toBe("moved");
        expect(await serviceAccounts.remove(id, actor, null)).toBe("moved");
        expect([await roles.list(), await serviceAccounts.withSecrets(id, NOW)]).toEqual(before);
      });
    });

    it("are judged once: a program takes its own role, disables or removes itself whole", async () => {
      const { serviceAccounts } = on;
      const own = async () => {
        const { id } = someAccount();
        await serviceAccounts.create(someAccount({ id, roles: [REPORTER] }));
        const actor: Actor = {
          kind: "service",
          id,
          roles: ["reporter"],
          permissions: ["reports:read"],
        };
        return { id, actor, act: { ...decidedOn(FIRST), actor } };
      };
      const [one, two, three] = [await own(), await own(), await own()];
      expect(await serviceAccounts.setRole(one.id, "reporter", [], one.act)).toBe(true);
      expect(await serviceAccounts.find(one.id)).toMatchObject({ roles: [], version: 2 });
      const disabled = { status: "disabled" } as const;
      expect(await serviceAccounts.update(two.id, disabled, two.act)).toBe(true);
      expect(await serviceAccounts.find(two.id)).toMatchObject({ ...disabled, version: 2 });
      expect(await serviceAccounts.remove(three.id, three.actor, FIRST)).toBe("removed");
      expect(await serviceAccounts.withSecrets(three.id, NOW)).toBeNull();
    });
  });
}
