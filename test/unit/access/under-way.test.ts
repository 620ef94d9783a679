import { expect, it } from "vitest";
import type { Actor } from "../../../src/domain/access/actor.ts";
import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import { createRole } from "../../../src/use-cases/access/create-role.ts";
import { removeRole } from "../../../src/use-cases/access/remove-role.ts";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { createServiceAccount } from "../../../src/use-cases/clients/create-service-account.ts";
import { deleteServiceAccount } from "../../../src/use-cases/clients/delete-service-account.ts";
import { endClientSecret } from "../../../src/use-cases/clients/end-client-secret.ts";
import { rotateClientSecret } from "../../../src/use-cases/clients/rotate-client-secret.ts";
import { setServiceAccountRole } from "../../../src/use-cases/clients/set-service-account-role.ts";
import { updateServiceAccount } from "../../../src/use-cases/clients/update-service-account.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";

type Deps = ReturnType<typeof programService>["deps"];
type Target = { readonly id: ServiceAccountId; readonly secret: string };
type Act = (deps: Deps, actor: Actor, on: Target) => Promise<unknown>;

const WRITES = ["create", "update", "remove", "setRole", "addSecret", "endSecret"];

/** A port, with something done before whatever it writes. */
const beforeWrites = <T extends object>(port: T, work: () => Promise<unknown>): T =>
  new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== "function" || !WRITES.includes(String(key))) return method;
      return async (...args: unknown[]) => {
        await work();
        return Reflect.apply(method, target, args);
      };
    },
  });

const ROLE = { name: "new", description: "", permissions: ["x:y"] };

it.each<[string, Act]>([
  ["makes a role", (deps, actor) => createRole(deps, actor, ROLE)],
  ["makes one that there is", (deps, actor) => createRole(deps, actor, { ...ROLE, name: "held" })],
  ["edits a role", (deps, actor) => updateRole(deps, actor, "held", { permissions: ["*"] })],
  ["removes a role", (deps, actor) => removeRole(deps, actor, "unused")],
  ["removes one that is held", (deps, actor) => removeRole(deps, actor, "held")],
  [
    "makes a program",
    (deps, actor) => createServiceAccount(deps, actor, { name: "mine", roles: ["admin"] }),
  ],
  [
    "renames a program",
    (deps, actor, { id }) => updateServiceAccount(deps, actor, id, { name: "mine" }),
  ],
  [
    "gives a program a role",
    (deps, actor, { id }) => setServiceAccountRole(deps, actor, id, "admin", "assign_role"),
  ],
  ["makes a secret", (deps, actor, { id }) => rotateClientSecret(deps, actor, id)],
  ["ends a secret", (deps, actor, { id, secret }) => endClientSecret(deps, actor, id, secret)],
  ["deletes a program", (deps, actor, { id }) => deleteServiceAccount(deps, actor, id)],
])(
  "AUZ-04 who is disabled while a request of theirs %s is refused, and it is not done",
  async (_, act) => {
    const service = programService();
    for (const name of ["held", "unused"]) await service.role(name, "a:b");
    const target = await service.account(ADMIN_ACTOR, "held");
    const actor = await service.person("*");
    const state = async () => [
      await service.deps.roles.list(),
      await service.deps.serviceAccounts.list(),
      await service.secrets(target.id),
    ];
    const before = await state();
    const disabled = () => service.disableUser(actor.id);
    const deps = {
      ...service.deps,
      roles: beforeWrites(service.deps.roles, disabled),
      serviceAccounts: beforeWrites(service.deps.serviceAccounts, disabled),
    };
    expect(await act(deps, actor, target)).toEqual({ ok: false, error: "forbidden" });
    expect(await state()).toEqual(before);
  },
);
