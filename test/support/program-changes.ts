import { expect } from "vitest";
import type { Roles } from "../../src/use-cases/access/ports.ts";
import type { NewServiceAccount, ServiceAccounts } from "../../src/use-cases/clients/ports.ts";
import { DAY, someActor, someEdit } from "./samples.ts";
import { decidedOn, NOW, REPORTER, someSecret, USER_ROLE } from "./service-account-samples.ts";

export type ProgramStores = { readonly serviceAccounts: ServiceAccounts; readonly roles: Roles };

type ProgramChange = {
  /** Of a new account that holds the role `reporter`. */
  readonly make: (on: ProgramStores, account: NewServiceAccount) => Promise<void>;
  /** How the account is judged then; null for not at all. */
  readonly after: object | null;
};

const FIRST = decidedOn(1);

export async function grant({ roles }: ProgramStores, permissions: readonly string[]) {
  const edit = { ...someEdit(), now: NOW, role: REPORTER, raise: null };
  expect(await roles.update(REPORTER.name, { permissions }, edit)).toMatchObject({ permissions });
}

export async function disable({ serviceAccounts }: ProgramStores, id: NewServiceAccount["id"]) {
  expect(await serviceAccounts.update(id, { status: "disabled" }, FIRST)).toBe(true);
}

export async function takeRole({ serviceAccounts }: ProgramStores, id: NewServiceAccount["id"]) {
  expect(await serviceAccounts.setRole(id, REPORTER.name, [], FIRST)).toBe(true);
}

/** Everything that moves what a service account is judged by, by what moves it. */
export const PROGRAM_CHANGES: Readonly<Record<string, ProgramChange>> = {
  "its status": {
    make: (on, { id }) => disable(on, id),
    after: { status: "disabled", version: 2, tokensFrom: 1 },
  },
  "a role that it is given": {
    make: async ({ serviceAccounts }, { id }) => {
      const roles = [REPORTER, USER_ROLE];
      expect(await serviceAccounts.setRole(id, USER_ROLE.name, roles, FIRST)).toBe(true);
    },
    after: { roles: ["reporter", "user"], version: 2, tokensFrom: 1 },
  },
  "a role that is taken from it": {
    make: (on, { id }) => takeRole(on, id),
    after: { roles: [], permissions: [], version: 2 },
  },
  "a raise, which ends a secret": {
    make: async ({ serviceAccounts }, { id, secret }) => {
      const raise = { seen: [secret.id], ended: [secret.id] };
      const roles = [REPORTER, USER_ROLE];
      const given = serviceAccounts.setRole(id, USER_ROLE.name, roles, { ...FIRST, raise });
      expect(await given).toBe(true);
    },
    after: { version: 2, tokensFrom: 2, secrets: [] },
  },
  "what its role grants no more": {
    make: (on) => grant(on, []),
    after: { roles: ["reporter"], permissions: [], version: 1 },
  },
  "what its role grants besides": {
    make: (on) => grant(on, ["reports:read", "reports:write"]),
    after: { permissions: ["reports:read", "reports:write"], version: 1 },
  },
  "a further secret, which puts an end to the one before": {
    make: async ({ serviceAccounts }, { id }) => {
      const added = serviceAccounts.addSecret(id, someSecret(), NOW + DAY, FIRST);
      expect(await added).toBe("added");
    },
    after: { version: 1, secrets: [{ expiresAt: NOW + DAY }, { expiresAt: null }] },
  },
  "a secret that ends": {
    make: async ({ serviceAccounts }, { id, secret }) => {
      expect(await serviceAccounts.endSecret(id, secret.id, FIRST)).toBe(true);
    },
    after: { version: 2, tokensFrom: 2, secrets: [] },
  },
  "its removal": {
    make: async ({ serviceAccounts }, { id }) => {
      expect(await serviceAccounts.remove(id, someActor("*"), 1)).toBe("removed");
    },
    after: null,
  },
};
