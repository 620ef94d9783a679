import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/domain/access/actor.ts";
import { createRole } from "../../../src/use-cases/access/create-role.ts";
import { decideInRounds } from "../../../src/use-cases/access/decide-in-rounds.ts";
import { findRole } from "../../../src/use-cases/access/find-role.ts";
import { mayGrant, mayMakeWith } from "../../../src/use-cases/access/may-grant.ts";
import type { RoleDecision } from "../../../src/use-cases/access/ports.ts";
import { removeRole } from "../../../src/use-cases/access/remove-role.ts";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { someActor } from "../../support/samples.ts";

const EDITOR = someActor("pages:*", "roles:write");

const role = (name: string, ...permissions: string[]) => ({ name, description: "", permissions });

describe("AUZ-03 whoever edits roles hands out no more than they hold", () => {
  it("in a new role", async () => {
    const { deps } = programService();
    const make = async (...permissions: string[]) =>
      codeOf(await createRole(deps, EDITOR, role("made", ...permissions)));
    expect(await make("pages:read", "users:read")).toBe("forbidden");
    expect(codeOf(await findRole(deps, EDITOR, "made"))).toBe("not_found");
    expect(await make("pages:read")).toBe("done");
    expect(unwrapped(await findRole(deps, EDITOR, "made")).permissions).toEqual(["pages:read"]);
  });

  it("in a role as it becomes, nor in one that grants more than they hold already", async () => {
    const { deps, role: add } = programService();
    await add("pages", "pages:read");
    await add("users", "users:read");
    const edit = async (actor: Actor, name: string, ...permissions: string[]) =>
      codeOf(await updateRole(deps, actor, name, { permissions }));
    expect(await edit(EDITOR, "pages", "pages:read", "users:read")).toBe("forbidden");
    expect(await edit(EDITOR, "users", "pages:read")).toBe("forbidden");
    expect(codeOf(await removeRole(deps, EDITOR, "users"))).toBe("forbidden");
    expect(await edit(EDITOR, "pages", "pages:write")).toBe("done");
    expect(unwrapped(await findRole(deps, EDITOR, "pages")).permissions).toEqual(["pages:write"]);
  });

  it("nor gives roles without the right to, or roles that there are not", async () => {
    const { deps, role: add } = programService();
    await add("pages", "pages:read");
    await add("users", "users:read");
    const assigner = someActor("pages:*", "roles:assign");
    const grant = async (actor: Actor, ...names: string[]) =>
      codeOf(await mayMakeWith(deps.roles, actor, names));
    expect(await grant(EDITOR, "pages")).toBe("forbidden");
    expect(await grant(EDITOR)).toBe("done");
    expect(await grant(assigner, "pages")).toBe("done");
    expect(await grant(assigner, "pages", "users")).toBe("forbidden");
    expect(await grant(assigner, "pages", "none")).toBe("no_such_role");
    const granted = unwrapped(await mayGrant(deps.roles, assigner, ["pages"]));
    expect([...granted.keys()]).toEqual(["pages"]);
  });
});

describe("the built-in roles", () => {
  it.each(["admin", "user"])("%s is made, edited and removed by nobody", async (name) => {
    const { deps } = programService();
    expect(codeOf(await createRole(deps, EDITOR, role(name, "*")))).toBe("role_exists");
    expect(codeOf(await updateRole(deps, ADMIN_ACTOR, name, { permissions: [] }))).toBe("conflict");
    expect(codeOf(await removeRole(deps, ADMIN_ACTOR, name))).toBe("conflict");
  });
});

describe("an edit", () => {
  it("counts at once where it was made, whatever copy there was", async () => {
    const { deps } = programService();
    const granted = async () =>
      (await deps.catalogue.named(["made"])).get("made")?.permissions ?? null;
    expect(await granted()).toBeNull();
    unwrapped(await createRole(deps, ADMIN_ACTOR, role("made", "pages:read")));
    expect(await granted()).toEqual(["pages:read"]);
    unwrapped(await updateRole(deps, ADMIN_ACTOR, "made", { permissions: ["pages:write"] }));
    expect(await granted()).toEqual(["pages:write"]);
    unwrapped(await removeRole(deps, ADMIN_ACTOR, "made"));
    expect(await granted()).toBeNull();
  });

  it("that only takes is made whatever the holders do; one that gives names them all", async () => {
    const service = programService();
    await service.role("edited", "pages:read", "pages:write");
    const { id } = await service.account(ADMIN_ACTOR, "edited");
    const decided: RoleDecision["raise"][] = [];
    const update: typeof service.deps.roles.update = (name, change, decision) => {
      decided.push(decision.raise);
      return service.deps.roles.update(name, change, decision);
    };
    const deps = { ...service.deps, roles: { ...service.deps.roles, update } };
    for (const permissions of [["pages:read"], ["pages:read", "pages:list"]]) {
      unwrapped(await updateRole(deps, ADMIN_ACTOR, "edited", { permissions }));
    }
    expect(decided).toMatchObject([null, { holders: [{ id, isRaised: true }] }]);
  });

  it("ends a secret whose maker may not grant what all roles of the account grant then", async () => {
    const service = programService();
    await service.role("edited", "reports:read");
    await service.role("other", "users:read");
    const maker = await service.person("reports:*", "users:read", "roles:assign");
    const { secret } = await service.account(maker, "edited", "other");
    const [own = ""] = maker.roles;
    const edit = async (name: string, ...permissions: string[]) =>
      unwrapped(await updateRole(service.deps, ADMIN_ACTOR, name, { permissions })).ended;
    expect(await edit("edited", "reports:read", "reports:list")).toEqual([]);
    expect(await edit(own, "reports:*", "roles:assign")).toEqual([]);
    expect(await edit("edited", "reports:read", "reports:list", "reports:write")).toEqual([secret]);
  });

  it("reads the holders' sets page by page, each after the last of the page before", async () => {
    const service = programService();
    await service.role("edited");
    const page = (n: number) => Array.from({ length: 1_000 }, (_, i) => [`role-${n}-${i}`]);
    const pages = [page(0), page(1), [["role-2-0"]]];
    const asked: (readonly string[] | null)[] = [];
    const heldSets: typeof service.deps.roles.heldSets = async (_, after) => {
      asked.push(after);
      return pages[asked.length - 1] ?? [];
    };
    const deps = { ...service.deps, roles: { ...service.deps.roles, heldSets } };
    unwrapped(await updateRole(deps, ADMIN_ACTOR, "edited", { permissions: ["pages:read"] }));
    expect(asked).toEqual([null, ["role-0-999"], ["role-1-999"]]);
  });
});

describe("a decision that moved before it was written", () => {
  it("is made anew ten times at most, and only while its actor may act", async () => {
    for (const [mayAct, code, times] of [
      [true, "conflict", 10],
      [false, "forbidden", 1],
    ] as const) {
      let rounds = 0;
      const decide = async () => {
        rounds += 1;
        return "moved" as const;
      };
      const actors = { stillAct: async () => mayAct };
      expect(codeOf(await decideInRounds(actors, EDITOR, decide))).toBe(code);
      expect(rounds).toBe(times);
    }
  });
});
