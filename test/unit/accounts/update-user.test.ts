import { describe, expect, it } from "vitest";
import type { UserObjects } from "../../../src/use-cases/accounts/ports.ts";
import { updateUser } from "../../../src/use-cases/accounts/update-user.ts";
import { unwrapped } from "../../support/answers.ts";
import { memoryService } from "../../support/memory-service.ts";
import { CAUSE, someActor, someEdit } from "../../support/samples.ts";

const EDITOR = { name: "editor", description: "", permissions: ["pages:write"] };
const actor = someActor("users:write", "pages:write");

/** An account, and what is read of accounts and roles from here on. */
async function account() {
  const service = memoryService();
  await service.deps.roles.create(EDITOR, someEdit());
  const user = await service.register({ roles: [EDITOR.name] });
  service.advance(1_000);
  const reads: string[] = [];
  const { users, roles } = service.deps;
  const deps = {
    ...service.deps,
    users: {
      ...users,
      findById: (...args: Parameters<typeof users.findById>) => {
        reads.push("account");
        return users.findById(...args);
      },
    },
    roles: {
      ...roles,
      named: (...args: Parameters<typeof roles.named>) => {
        reads.push("roles");
        return roles.named(...args);
      },
    },
  };
  const stored = async () => (await users.findById(user.id))?.user;
  return { deps, user, reads, stored };
}

describe("updating an account", () => {
  it.each([
    [{ name: "Ada" }],
    [{ status: "disabled" }],
    [{ status: "active" }],
    [{ name: null, status: "disabled" }],
  ] as const)(
    "takes one look at it and one at its roles, and answers what it is now: %j",
    async (change) => {
      const { deps, user, reads, stored } = await account();
      const answer = unwrapped(await updateUser(deps, actor, user.id, change));
      expect(reads).toEqual(["account", "roles"]);
      expect(answer).toEqual(await stored());
      expect(answer).toMatchObject(change);
    },
  );

  it("looks again where the account changed after the look", async () => {
    const { deps, user, reads, stored } = await account();
    const { accounts } = deps;
    let isFirst = true;
    const change: UserObjects["change"] = async (id, command) => {
      if (isFirst) {
        isFirst = false;
        const taken = { kind: "remove_role", role: EDITOR.name } as const;
        await accounts.change(id, {
          changeId: "slip",
          change: taken,
          ifVersion: null,
          cause: CAUSE,
        });
      }
      return accounts.change(id, command);
    };
    const slipping = { ...deps, accounts: { ...accounts, change } };
    const answer = await updateUser(slipping, actor, user.id, { status: "disabled" });
    expect(unwrapped(answer)).toMatchObject({ status: "disabled", roles: ["user"] });
    expect(unwrapped(answer)).toEqual(await stored());
    expect(reads).toEqual(["account", "roles", "account", "roles"]);
  });

  it("CFW-17 is read back where an object does not say when it was", async () => {
    const { deps, user, stored } = await account();
    const change: UserObjects["change"] = async (id, command) => {
      const answer = await deps.accounts.change(id, command);
      return answer.kind === "done" ? { kind: "done", authority: answer.authority } : answer;
    };
    const older = { ...deps, accounts: { ...deps.accounts, change } };
    const answer = await updateUser(older, actor, user.id, { status: "disabled" });
    expect(unwrapped(answer)).toEqual(await stored());
  });
});
