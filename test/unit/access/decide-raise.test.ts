import { describe, expect, it } from "vitest";
import type { Actor } from "../../../src/domain/access/actor.ts";
import type { ServiceAccountId } from "../../../src/domain/ids.ts";
import { updateRole } from "../../../src/use-cases/access/update-role.ts";
import { setServiceAccountRole } from "../../../src/use-cases/clients/set-service-account-role.ts";
import { updateServiceAccount } from "../../../src/use-cases/clients/update-service-account.ts";
import { atEveryCall, FAULTS, outcomeOf } from "../../support/port-faults.ts";
import { ADMIN_ACTOR, programService } from "../../support/program-service.ts";
import { DAY, someActor, someEdit, someUserId } from "../../support/samples.ts";
import { decidedOn, someSecret } from "../../support/service-account-samples.ts";

type Service = ReturnType<typeof programService>;
type Deps = Service["deps"];

/** Every way in which an account that holds `base` comes to do `reports:write` as well. */
const RAISES: [
  string,
  (deps: Deps, id: ServiceAccountId) => Promise<readonly string[] | string>,
][] = [
  [
    "a role is given",
    async (deps, id) => {
      const given = await setServiceAccountRole(deps, ADMIN_ACTOR, id, "writer", "assign_role");
      return given.ok ? given.value : given.error;
    },
  ],
  [
    "a role is edited",
    async (deps) => {
      const permissions = ["reports:read", "reports:write"];
      const edited = await updateRole(deps, ADMIN_ACTOR, "base", { permissions });
      return edited.ok ? edited.value.ended : edited.error;
    },
  ],
  [
    "it is enabled",
    async (deps, id) => {
      const enabled = await updateServiceAccount(deps, ADMIN_ACTOR, id, { status: "active" });
      return enabled.ok ? enabled.value.ended : enabled.error;
    },
  ],
];

/** An account that holds `base`; one that is to be enabled was disabled, and can write. */
async function serviceFor(way: string, maker: Actor) {
  const service = programService();
  await service.role("base", "reports:read");
  await service.role("writer", "reports:write");
  const { id, secret } = await service.account({ ...maker, permissions: ["*"] }, "base");
  if (way === "it is enabled") {
    const { deps } = service;
    await updateServiceAccount(deps, ADMIN_ACTOR, id, { status: "disabled" });
    const edited = { permissions: ["reports:read", "reports:write"] };
    // As an edit by hand does it: without ending anything.
    const role = (await deps.roles.named(["base"])).get("base");
    if (role === undefined) throw new Error("no role");
    await deps.roles.update("base", edited, { ...someEdit(), now: 0, role, raise: null });
  }
  return { service, id, secret };
}

const versionOf = async (service: Service, id: ServiceAccountId): Promise<number> =>
  (await service.deps.serviceAccounts.find(id))?.version ?? 0;

describe.each(RAISES)("AUZ-03 a secret, when %s,", (way, raise) => {
  const endedWhenMadeBy = async (maker: Actor) => {
    const { service, id, secret } = await serviceFor(way, maker);
    const ended = await raise(service.deps, id);
    expect([[], [secret]]).toContainEqual(ended);
    expect(await service.secrets(id)).toEqual(ended.length === 0 ? [secret] : []);
    const account = await service.deps.serviceAccounts.find(id);
    expect(account?.permissions).toContain("reports:write");
    expect(account?.tokensFrom).toBe(account?.version);
    return ended.length === 1;
  };

  it("ends where its maker is nobody who could have granted as much", async () => {
    expect(await endedWhenMadeBy({ ...someActor("*"), kind: "worker" })).toBe(true);
    expect(await endedWhenMadeBy({ ...someActor("*"), kind: "operator" })).toBe(true);
  });

  it("ends when the person who made it is gone by then", async () => {
    const { service, id } = await serviceFor(way, ADMIN_ACTOR);
    const { serviceAccounts, clock } = service.deps;
    const secret = someSecret(someUserId()); // no row bears the id
    const version = (await serviceAccounts.find(id))?.version ?? 0;
    await serviceAccounts.addSecret(id, secret, clock() + DAY, decidedOn(version, clock()));
    expect(await raise(service.deps, id)).toContain(secret.id);
  });

  it("refuses the tokens made before, also where its maker could have granted as much", async () => {
    const { service, id } = await serviceFor(way, ADMIN_ACTOR);
    const maker = await service.person("*");
    const [kept] = await service.secrets(id);
    await service.rotate(maker, id);
    await service.deps.serviceAccounts.endSecret(
      id,
      kept ?? "",
      decidedOn(await versionOf(service, id)),
    );
    const before = await versionOf(service, id);
    expect(await raise(service.deps, id)).toEqual([]);
    const found = await service.deps.serviceAccounts.find(id);
    expect(found?.tokensFrom).toBeGreaterThan(before);
    expect(found?.tokensFrom).toBe(found?.version);
  });

  it("that has run out was not looked at, and is in no raise's way", async () => {
    const { service, id } = await serviceFor(way, ADMIN_ACTOR);
    const { serviceAccounts, clock } = service.deps;
    const decided = async () => decidedOn(await versionOf(service, id), clock());
    await serviceAccounts.addSecret(id, someSecret(), clock(), await decided()); // ends the first now
    await serviceAccounts.endSecret(id, (await service.secrets(id))[0] ?? "", await decided());
    expect(await service.secrets(id)).toEqual([]);
    expect(await raise(service.deps, id)).toEqual([]);
  });

  it.each<[string[], boolean]>([
    [["reports:read"], true],
    [["service-accounts:*", "reports:write"], true],
    [["reports:read", "reports:write"], false],
    [["reports:*"], false],
    [["*"], false],
  ])("of a person who may %j ends: %s", async (permissions, isEnded) => {
    const { service, id } = await serviceFor(way, ADMIN_ACTOR);
    const maker = await service.person(...permissions);
    // Made while it was harmless, by whoever could do at least that much.
    const secret = someSecret(maker.id);
    const { serviceAccounts, clock } = service.deps;
    const decided = decidedOn(await versionOf(service, id), clock());
    await serviceAccounts.addSecret(id, secret, clock() + DAY, decided);
    const ended = await raise(service.deps, id);
    expect(ended.includes(secret.id)).toBe(isEnded);
    expect((await service.secrets(id)).includes(secret.id)).toBe(!isEnded);
  });

  it("ends when the person who made it is disabled by then", async () => {
    const { service, id } = await serviceFor(way, ADMIN_ACTOR);
    const maker = await service.person("*");
    const secret = await service.rotate(maker, id);
    await service.disableUser(maker.id);
    expect(await raise(service.deps, id)).toContain(secret);
  });

  it("of a program goes by what that could do then, and can do now", async () => {
    const { service, id, secret: first } = await serviceFor(way, ADMIN_ACTOR);
    const { serviceAccounts, clock } = service.deps;
    const made = async (name: string, ...had: string[]) => {
      const version = (await serviceAccounts.find(id))?.version ?? 0;
      const secret = { ...someSecret(name, had), id: `${name} ${had}` };
      await serviceAccounts.addSecret(id, secret, clock() + DAY, decidedOn(version, clock()));
      return secret.id;
    };
    const able = await service.account(ADMIN_ACTOR, "admin");
    // Raised since it made this one: whoever held it before may know the secret.
    const early = await made(able.id, "reports:read");
    const kept = await made(able.id, "*");
    expect(await raise(service.deps, id)).toEqual([first, early]);
    expect(await service.secrets(id)).toEqual([kept]);

    await updateServiceAccount(service.deps, ADMIN_ACTOR, able.id, { status: "disabled" });
    await service.role("other", "other:do");
    const given = setServiceAccountRole(service.deps, ADMIN_ACTOR, id, "other", "assign_role");
    expect(await given).toEqual({ ok: true, value: [kept] });
  });

  it("that was made between the look and the change is looked at, too", async () => {
    const { service, id, secret } = await serviceFor(way, ADMIN_ACTOR);
    let late: string | null = null;
    const lookedAt = async <T>(found: Promise<T>): Promise<T> => {
      const value = await found;
      late ??= await service.rotate(ADMIN_ACTOR, id);
      return value;
    };
    const { serviceAccounts } = service.deps;
    const racing: Deps = {
      ...service.deps,
      serviceAccounts: {
        ...serviceAccounts,
        withSecrets: (...args) => lookedAt(serviceAccounts.withSecrets(...args)),
        holdersOf: (...args) => lookedAt(serviceAccounts.holdersOf(...args)),
      },
    };
    expect(await raise(racing, id)).toEqual([secret, late]);
    expect(await service.secrets(id)).toEqual([]);
  });

  it.each(FAULTS)("never opens what was raised, whatever call breaks: %s", async (kind) => {
    const broken = await atEveryCall(kind, async (faults) => {
      const { service, id } = await serviceFor(way, someActor("reports:read"));
      const outcome = await outcomeOf(raise(service.through(faults), id));
      faults.end();
      const account = await service.deps.serviceAccounts.find(id);
      const canWrite =
        account?.status === "active" && account.permissions.includes("reports:write");
      expect((await service.secrets(id)).length).toBe(canWrite ? 0 : 1);
      if (outcome !== "unavailable") expect(canWrite).toBe(true);
    });
    expect(broken.length).toBeGreaterThan(2);
  });
});

describe("no secret ends", () => {
  const unknown = someActor("*");

  it("when an account is given what it has, or a role is taken", async () => {
    const service = programService();
    await service.role("all", "reports:*");
    await service.role("reader", "reports:read");
    const { id, secret } = await service.account(unknown, "all");
    const set = (wanted: "assign_role" | "remove_role", role: string) =>
      setServiceAccountRole(service.deps, ADMIN_ACTOR, id, role, wanted);
    for (const [wanted, role] of [
      ["assign_role", "reader"],
      ["assign_role", "reader"],
      ["remove_role", "all"],
      ["remove_role", "all"],
    ] as const) {
      expect(await set(wanted, role)).toEqual({ ok: true, value: [] });
    }
    expect(await service.secrets(id)).toEqual([secret]);
    expect(await service.deps.serviceAccounts.find(id)).toMatchObject({
      tokensFrom: 1,
      version: 3,
    });
  });

  it("when a role is described anew or comes to grant less", async () => {
    const service = programService();
    await service.role("base", "reports:*", "audit:read");
    const { id, secret } = await service.account(unknown, "base");
    for (const change of [{ description: "New." }, { permissions: ["reports:read"] }]) {
      const edited = await updateRole(service.deps, ADMIN_ACTOR, "base", change);
      expect(edited).toMatchObject({ ok: true, value: { ended: [] } });
    }
    expect(await service.secrets(id)).toEqual([secret]);
  });

  it("of an account that could do as much before the role was edited", async () => {
    const service = programService();
    await service.role("base", "reports:read");
    await service.role("writer", "reports:*");
    const [able, raised] = [
      await service.account(unknown, "base", "writer"),
      await service.account(unknown, "base"),
    ];
    const permissions = ["reports:read", "reports:write"];
    const edited = await updateRole(service.deps, ADMIN_ACTOR, "base", { permissions });
    expect(edited).toMatchObject({ ok: true, value: { ended: [raised.secret] } });
    expect(await service.secrets(able.id)).toEqual([able.secret]);
    const tokensFrom = async (id: ServiceAccountId) =>
      (await service.deps.serviceAccounts.find(id))?.tokensFrom;
    // Nor are its tokens refused: it came to do no more.
    expect([await tokensFrom(able.id), await tokensFrom(raised.id)]).toEqual([1, 2]);
  });
});

it("a change that is overtaken every time is a conflict, and changes nothing", async () => {
  const service = programService();
  await service.role("base", "reports:read");
  const { id } = await service.account(ADMIN_ACTOR, "base");
  const { serviceAccounts, roles } = service.deps;
  const moving = {
    ...service.deps,
    serviceAccounts: {
      ...serviceAccounts,
      withSecrets: async (...args: Parameters<typeof serviceAccounts.withSecrets>) => {
        const found = await serviceAccounts.withSecrets(...args);
        const version = found?.account.version ?? 0;
        const status = found?.account.status === "active" ? "disabled" : "active";
        await serviceAccounts.update(id, { status }, decidedOn(version, 0));
        return found;
      },
    },
    roles: { ...roles, update: async () => "moved" as const },
  };
  const conflict = { ok: false, error: "conflict" };
  expect(await updateServiceAccount(moving, ADMIN_ACTOR, id, { name: "x" })).toEqual(conflict);
  expect(await setServiceAccountRole(moving, ADMIN_ACTOR, id, "admin", "assign_role")).toEqual(
    conflict,
  );
  expect(await updateRole(moving, ADMIN_ACTOR, "base", { permissions: [] })).toEqual(conflict);
  expect(await serviceAccounts.find(id)).toMatchObject({ name: "nightly", roles: ["base"] });
});
