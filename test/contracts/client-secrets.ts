import { beforeEach, describe, expect, it } from "vitest";
import type { ServiceAccountId } from "../../src/domain/ids.ts";
import { MAX_CLIENT_SECRETS } from "../../src/domain/limits.ts";
import type { Roles } from "../../src/use-cases/access/ports.ts";
import type { AccountRecord, Users } from "../../src/use-cases/accounts/ports.ts";
import type { NewServiceAccount, ServiceAccounts } from "../../src/use-cases/clients/ports.ts";
import { DAY, HOUR, someEdit, someUser } from "../support/samples.ts";
import {
  decidedOn,
  NOW,
  REPORTER,
  someAccount,
  someSecret,
} from "../support/service-account-samples.ts";

type Harness = {
  readonly serviceAccounts: ServiceAccounts;
  readonly roles: Roles;
  readonly users: Users;
  readonly record: AccountRecord;
};

/** The version that a new account has. */
const FIRST = 1;

/** @param make gives a store without service accounts and with the built-in roles alone */
export function clientSecretsContract(make: () => Promise<Harness>): void {
  let accounts: ServiceAccounts;
  let roles: Roles;
  let users: Users;
  let record: AccountRecord;
  beforeEach(async () => {
    ({ serviceAccounts: accounts, roles, users, record } = await make());
    await roles.create(REPORTER, someEdit());
  });

  const created = async (given: Partial<NewServiceAccount> = {}): Promise<NewServiceAccount> => {
    const account = someAccount(given);
    expect(await accounts.create(account)).toBe("created");
    return account;
  };
  const secretsOf = async (id: ServiceAccountId, now = NOW) =>
    (await accounts.withSecrets(id, now))?.secrets ?? [];
  const idsOf = async (id: ServiceAccountId, now = NOW) =>
    (await secretsOf(id, now)).map((secret) => secret.id);

  describe("the secrets of ServiceAccounts", () => {
    it("are kept as they were made, and told with their account", async () => {
      const { id, secret } = await created();
      const { maker, ...rest } = secret;
      expect(await accounts.withSecrets(id, NOW)).toEqual({
        account: await accounts.find(id),
        secrets: [
          {
            ...rest,
            maker: { ...maker, roles: [] },
            createdAt: NOW,
            lastUsedAt: null,
            expiresAt: null,
          },
        ],
      });
    });

    it("say who made them, and what roles that has now while it may act", async () => {
      const person = someUser({ roles: ["reporter", "user"] });
      await users.create(person);
      const program = await created({ roles: [REPORTER] });
      const { id } = await created({ secret: someSecret(person.id) });
      await accounts.addSecret(id, someSecret(program.id, ["a:b"]), NOW + DAY, decidedOn(FIRST));
      const makers = async () => (await secretsOf(id)).map(({ maker }) => maker);
      expect(await makers()).toEqual([
        { name: person.id, had: null, roles: ["reporter", "user"] },
        { name: program.id, had: ["a:b"], roles: ["reporter"] },
      ]);
      const disabled = { kind: "set_status", status: "disabled" } as const;
      await record.apply(person.id, disabled, "change", FIRST, NOW, false);
      await accounts.update(program.id, { status: "disabled" }, decidedOn(FIRST));
      expect((await makers()).map((maker) => maker.roles)).toEqual([[], []]);
    });

    it("that are older go on until the time given, and not a millisecond longer", async () => {
      const { id, secret: first } = await created();
      const second = someSecret();
      expect(await accounts.addSecret(id, second, NOW + DAY, decidedOn(FIRST))).toBe("added");
      expect(await idsOf(id, NOW + DAY - 1)).toEqual([first.id, second.id]);
      expect((await secretsOf(id))[0]?.expiresAt).toBe(NOW + DAY);
      expect(await idsOf(id, NOW + DAY)).toEqual([second.id]);
      expect(await idsOf(id, NOW + 365 * DAY)).toEqual([second.id]);
    });

    it("are added to no account that was changed since it was looked at", async () => {
      const { id, secret: first } = await created();
      await accounts.setRole(id, "reporter", [REPORTER], decidedOn(FIRST));
      expect(await accounts.addSecret(id, someSecret(), NOW + DAY, decidedOn(FIRST))).toBe("moved");
      expect(await idsOf(id, NOW + 365 * DAY)).toEqual([first.id]);
    });

    it("go on each until its own time, from when it was superseded", async () => {
      const { id, secret: first } = await created();
      const [second, third] = [someSecret(), someSecret()];
      await accounts.addSecret(id, second, NOW + DAY, decidedOn(FIRST));
      await accounts.addSecret(id, third, NOW + HOUR + DAY, decidedOn(FIRST, NOW + HOUR));
      expect(await idsOf(id, NOW + DAY - 1)).toEqual([first.id, second.id, third.id]);
      expect(await idsOf(id, NOW + HOUR + DAY - 1)).toEqual([second.id, third.id]);
      expect(await idsOf(id, NOW + HOUR + DAY)).toEqual([third.id]);
    });

    it("are at most so many that live: a further one is refused, and ends or shortens none", async () => {
      const { id } = await created();
      const add = (now: number) =>
        accounts.addSecret(id, someSecret(), now + DAY, decidedOn(FIRST, now));
      for (let n = 1; n < MAX_CLIENT_SECRETS; n++) expect(await add(NOW + n)).toBe("added");
      const before = await secretsOf(id);
      expect(before).toHaveLength(MAX_CLIENT_SECRETS);
      expect(await add(NOW + HOUR)).toBe("too_many");
      expect(await secretsOf(id)).toEqual(before);
      // As soon as the first has ended there is room, and of it nothing is left.
      expect(await add(NOW + 1 + DAY)).toBe("added");
      expect(await idsOf(id)).not.toContain(before[0]?.id);
      expect(await add(NOW + 1 + DAY)).toBe("too_many");
    });

    it("are at most so many also when many are made at once, and each that was told is good", async () => {
      const { id, secret: first } = await created();
      const made = Array.from({ length: MAX_CLIENT_SECRETS + 2 }, () => someSecret());
      const outcomes = await Promise.all(
        made.map((secret) => accounts.addSecret(id, secret, NOW + DAY, decidedOn(FIRST))),
      );
      expect(outcomes.filter((outcome) => outcome === "too_many")).toHaveLength(3);
      const told = made.filter((_, n) => outcomes[n] === "added").map((secret) => secret.id);
      expect((await idsOf(id)).sort()).toEqual([first.id, ...told].sort());
      const endless = (await secretsOf(id)).filter(({ expiresAt }) => expiresAt === null);
      expect(endless).toHaveLength(1);
    });

    it("are added to no account that is not there, and touch no other's", async () => {
      const other = await created();
      const gone = someAccount().id;
      expect(await accounts.addSecret(gone, someSecret(), NOW, decidedOn(FIRST))).toBe("moved");
      expect(await accounts.withSecrets(gone, NOW)).toBeNull();
      expect(await idsOf(other.id)).toEqual([other.secret.id]);
    });

    it("end one by one, each its own account's and of the version that was looked at", async () => {
      const [{ id, secret }, other] = [await created(), await created()];
      expect(await accounts.endSecret(id, other.secret.id, decidedOn(FIRST))).toBe(false);
      expect(await accounts.endSecret(id, secret.id, decidedOn(FIRST + 1))).toBe(false);
      expect(await idsOf(id)).toEqual([secret.id]);
      expect(await accounts.endSecret(id, secret.id, decidedOn(FIRST))).toBe(true);
      expect(await accounts.endSecret(id, secret.id, decidedOn(FIRST + 1))).toBe(false);
      // The tokens that it got are no longer good where the account is asked.
      const found = await accounts.find(id);
      expect([found?.version, found?.tokensFrom]).toEqual([FIRST + 1, FIRST + 1]);
      expect(await idsOf(id)).toEqual([]);
      expect(await idsOf(other.id)).toEqual([other.secret.id]);
    });

    it("superseded by one that ends are not left to die: the newest goes on", async () => {
      const { id, secret: first } = await created();
      const [second, third] = [someSecret(), someSecret()];
      await accounts.addSecret(id, second, NOW + DAY, decidedOn(FIRST));
      await accounts.addSecret(id, third, NOW + HOUR + DAY, decidedOn(FIRST, NOW + HOUR));
      const ends = async () => (await secretsOf(id)).map(({ expiresAt }) => expiresAt);
      expect(await accounts.endSecret(id, third.id, decidedOn(FIRST))).toBe(true);
      expect(await ends()).toEqual([NOW + DAY, null]);
      expect(await accounts.endSecret(id, second.id, decidedOn(FIRST + 1))).toBe(true);
      expect(await ends()).toEqual([null]);
      expect(await idsOf(id, NOW + 365 * DAY)).toEqual([first.id]);
    });

    it("superseded by one that goes on die when they were to, whichever other ends", async () => {
      const [{ id, secret: first }, apart] = [await created(), await created()];
      await accounts.addSecret(apart.id, someSecret(), NOW + DAY, decidedOn(FIRST));
      const [second, third] = [someSecret(), someSecret()];
      await accounts.addSecret(id, second, NOW + DAY, decidedOn(FIRST));
      await accounts.addSecret(id, third, NOW + DAY, decidedOn(FIRST));
      await accounts.endSecret(id, second.id, decidedOn(FIRST));
      expect(await idsOf(id, NOW + DAY)).toEqual([third.id]);
      expect((await secretsOf(id))[0]).toMatchObject({ id: first.id, expiresAt: NOW + DAY });
      expect(await secretsOf(apart.id)).toHaveLength(2);
      expect((await secretsOf(apart.id))[0]?.expiresAt).toBe(NOW + DAY);
    });

    it("that have run out stay so, whatever ends", async () => {
      const { id } = await created();
      const second = someSecret();
      await accounts.addSecret(id, second, NOW + DAY, decidedOn(FIRST));
      await accounts.endSecret(id, second.id, decidedOn(FIRST, NOW + DAY));
      expect(await idsOf(id, NOW + DAY)).toEqual([]);
    });

    it("end no later than they were to, whatever is made after them", async () => {
      const { id } = await created();
      await accounts.addSecret(id, someSecret(), NOW + HOUR, decidedOn(FIRST));
      await accounts.addSecret(id, someSecret(), NOW + DAY, decidedOn(FIRST));
      expect((await secretsOf(id)).map(({ expiresAt }) => expiresAt)).toEqual([
        NOW + HOUR,
        NOW + DAY,
        null,
      ]);
    });

    it("remember their last use, but not within so long of the one before", async () => {
      const { id, secret } = await created();
      const lastUse = async () => (await secretsOf(id))[0]?.lastUsedAt;
      const use = (now: number) => accounts.noteUse(secret.id, now, now - HOUR);
      await use(NOW);
      expect(await lastUse()).toBe(NOW);
      await use(NOW + HOUR - 1);
      expect(await lastUse()).toBe(NOW);
      await use(NOW + HOUR);
      expect(await lastUse()).toBe(NOW + HOUR);
      await accounts.noteUse("gone", NOW, NOW);
    });
  });

  describe("the raise of a ServiceAccount", () => {
    const raised = async () => {
      const { id, secret: old } = await created();
      const fresh = someSecret();
      await accounts.addSecret(id, fresh, NOW + DAY, decidedOn(FIRST));
      return { id, old: old.id, fresh: fresh.id };
    };
    const stateOf = async (id: ServiceAccountId) => {
      const found = await accounts.find(id);
      return [found?.roles, found?.version, found?.tokensFrom];
    };

    it("by a role ends the secrets named and refuses the tokens of before, in one step", async () => {
      const { id, old, fresh } = await raised();
      const raise = { seen: [old, fresh], ended: [old] };
      const decided = { ...decidedOn(FIRST), raise };
      expect(await accounts.setRole(id, "reporter", [REPORTER], decided)).toBe(true);
      expect(await idsOf(id)).toEqual([fresh]);
      expect(await stateOf(id)).toEqual([["reporter"], 2, 2]);
    });

    it("that ends none refuses the tokens of before as well", async () => {
      const { id, old, fresh } = await raised();
      const decided = { ...decidedOn(FIRST), raise: { seen: [old, fresh], ended: [] } };
      expect(await accounts.setRole(id, "reporter", [REPORTER], decided)).toBe(true);
      expect(await idsOf(id)).toEqual([old, fresh]);
      expect(await stateOf(id)).toEqual([["reporter"], 2, 2]);
    });

    it("that ends the newer leaves the older without an end", async () => {
      const { id, old, fresh } = await raised();
      const raise = { seen: [old, fresh], ended: [fresh] };
      await accounts.setRole(id, "reporter", [REPORTER], { ...decidedOn(FIRST), raise });
      expect(await idsOf(id, NOW + 365 * DAY)).toEqual([old]);
    });

    it("asks of no secret that has run out whether it was looked at", async () => {
      const { id, fresh } = await raised();
      const decided = { ...decidedOn(FIRST, NOW + DAY), raise: { seen: [fresh], ended: [] } };
      expect(await accounts.setRole(id, "reporter", [REPORTER], decided)).toBe(true);
    });

    it("by being enabled ends the secrets named in one step, too", async () => {
      const { id, old, fresh } = await raised();
      await accounts.update(id, { status: "disabled" }, decidedOn(FIRST));
      const decided = { ...decidedOn(2), raise: { seen: [old, fresh], ended: [old, fresh] } };
      expect(await accounts.update(id, { status: "active" }, decided)).toBe(true);
      expect(await idsOf(id)).toEqual([]);
      expect(await stateOf(id)).toEqual([[], 3, 3]);
    });

    it("does nothing at all when a secret was made that was not looked at", async () => {
      const { id, old, fresh } = await raised();
      const decided = { ...decidedOn(FIRST), raise: { seen: [old], ended: [old] } };
      expect(await accounts.setRole(id, "reporter", [REPORTER], decided)).toBe(false);
      expect(await accounts.update(id, { status: "disabled" }, decided)).toBe(false);
      expect(await idsOf(id)).toEqual([old, fresh]);
      expect(await stateOf(id)).toEqual([[], 1, 1]);
    });

    it("ends no secret of another account", async () => {
      const [{ id, old, fresh }, other] = [await raised(), await created()];
      const raise = { seen: [old, fresh], ended: [other.secret.id] };
      await accounts.setRole(id, "reporter", [REPORTER], { ...decidedOn(FIRST), raise });
      expect(await idsOf(other.id)).toEqual([other.secret.id]);
    });
  });

  describe("an edit of a role that ServiceAccounts hold", () => {
    const edited = ["reports:read", "reports:write"];
    const held = async () => {
      const [one, two] = [
        await created({ roles: [REPORTER] }),
        await created({ roles: [REPORTER], now: NOW + 1 }),
      ];
      const apart = await created();
      const holders = [one, two].map(({ id }) => ({ id, version: FIRST, isRaised: id === two.id }));
      const seen = [one.secret.id, two.secret.id];
      const edit = (raise: { seen: string[]; ended: string[] }) => {
        const decided = { ...someEdit(), now: NOW + 5, role: REPORTER };
        const change = { permissions: edited };
        return roles.update("reporter", change, { ...decided, raise: { ...raise, holders } });
      };
      return { one, two, apart, seen, edit };
    };
    const granted = async () => (await roles.named(["reporter"])).get("reporter")?.permissions;
    const versions = async (id: ServiceAccountId) => {
      const found = await accounts.find(id);
      return [found?.version, found?.tokensFrom];
    };

    it("finds them with their secrets, and nobody else", async () => {
      const { one, two } = await held();
      const found = await accounts.holdersOf("reporter", NOW);
      expect(
        found.map(({ account, secrets }) => [account.id, secrets.map(({ id }) => id)]),
      ).toEqual([
        [one.id, [one.secret.id]],
        [two.id, [two.secret.id]],
      ]);
      expect(found[0]?.account).toEqual(await accounts.find(one.id));
      expect(await accounts.holdersOf("user", NOW)).toEqual([]);
    });

    it("moves all of them on, and ends the secrets named with it", async () => {
      const { one, two, apart, seen, edit } = await held();
      expect(await edit({ seen, ended: [two.secret.id] })).toMatchObject({ permissions: edited });
      expect([await idsOf(one.id), await idsOf(two.id)]).toEqual([[one.secret.id], []]);
      expect([await versions(one.id), await versions(two.id)]).toEqual([
        [2, 1],
        [2, 2],
      ]);
      expect(await versions(apart.id)).toEqual([1, 1]);
      expect(await idsOf(apart.id)).toEqual([apart.secret.id]);
    });

    it("that ends the newer secret of one leaves the older without an end", async () => {
      const { one, two, seen, edit } = await held();
      const fresh = [someSecret(), someSecret()];
      for (const [n, { id }] of [one, two].entries())
        await accounts.addSecret(id, fresh[n] ?? someSecret(), NOW + DAY, decidedOn(FIRST));
      const added = fresh.map(({ id }) => id);
      await edit({ seen: [...seen, ...added], ended: added.slice(0, 1) });
      expect(await idsOf(one.id, NOW + 365 * DAY)).toEqual([one.secret.id]);
      expect(await idsOf(two.id, NOW + 365 * DAY)).toEqual(added.slice(1));
    });

    it("asks of no secret that has run out whether it was looked at", async () => {
      const { one, seen, edit } = await held();
      const fresh = someSecret();
      await accounts.addSecret(one.id, fresh, NOW + 1, decidedOn(FIRST));
      const living = [...seen.slice(1), fresh.id];
      expect(await edit({ seen: living, ended: [] })).toMatchObject({ permissions: edited });
    });

    it.each<[string, (on: Awaited<ReturnType<typeof held>>) => Promise<unknown>]>([
      [
        "was changed",
        ({ one }) =>
          accounts
            .setRole(one.id, "reporter", [], decidedOn(FIRST))
            .then(() => accounts.setRole(one.id, "reporter", [REPORTER], decidedOn(2))),
      ],
      [
        "was given a secret",
        ({ one }) => accounts.addSecret(one.id, someSecret(), NOW + DAY, decidedOn(FIRST)),
      ],
      [
        "was given the role",
        ({ apart }) => accounts.setRole(apart.id, "reporter", [REPORTER], decidedOn(FIRST)),
      ],
      ["was made with the role", () => created({ roles: [REPORTER] })],
    ])("does nothing at all when one %s meanwhile", async (_, meanwhile) => {
      const on = await held();
      await meanwhile(on);
      const before = await accounts.holdersOf("reporter", NOW);
      expect(await on.edit({ seen: on.seen, ended: on.seen })).toBe("moved");
      expect(await granted()).toEqual(REPORTER.permissions);
      expect(await accounts.holdersOf("reporter", NOW)).toEqual(before);
    });

    it("does nothing at all when the role was edited meanwhile", async () => {
      const { one, seen, edit } = await held();
      const other = { ...someEdit(), now: NOW, role: REPORTER, raise: null };
      await roles.update("reporter", { permissions: [] }, other);
      expect(await edit({ seen, ended: seen })).toBe("moved");
      expect(await granted()).toEqual([]);
      expect(await idsOf(one.id)).toEqual([one.secret.id]);
    });
  });
}
