import { expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import type { ChangeAnswer } from "../../../src/use-cases/accounts/ports.ts";
import { removeUnverified } from "../../../src/use-cases/accounts/remove-unverified.ts";
import { DAY, someId, someUserId } from "../../support/samples.ts";

type Deps = Parameters<typeof removeUnverified>[0];
type Expired = Awaited<ReturnType<Deps["users"]["takeExpired"]>>[number];

const NOW = 100 * DAY;

/** Accounts whose time is over, and what is asked for. */
async function run(
  expired: readonly Expired[],
  { required = true, answer = { kind: "conflict" } as ChangeAnswer } = {},
) {
  const asked: string[] = [];
  const failed: unknown[] = [];
  let taken: readonly number[] = [];
  const { value: removed } = await removeUnverified(
    {
      users: {
        takeExpired: async (...args) => {
          taken = args;
          return [...expired];
        },
        keepThoseWithPassword: async () => void asked.push("keep those with a password"),
        keep: async (ids) => void asked.push(...ids.map((id) => `keep ${id}`)),
      },
      accounts: {
        change: async (id) => {
          asked.push(`remove ${id}`);
          return answer;
        },
      },
      clock: () => NOW,
      newChangeId: someId,
      requireVerifiedEmail: required,
      notCaughtUp: (_, error) => void failed.push(error),
    },
    SYSTEM,
  );
  return { asked, failed, removed, taken };
}

const expired = (given: Partial<Expired> = {}): Expired => ({
  id: someUserId(),
  version: 1,
  emailVerified: false,
  hasPassword: false,
  ...given,
});

it("accounts come again a day later, fifty at once", async () => {
  expect((await run([])).taken).toEqual([NOW, 50, NOW + DAY]);
});

it("those that somebody can use stay for good, and the others go", async () => {
  const [unused, verified, withPassword] = [
    expired(),
    expired({ emailVerified: true }),
    expired({ hasPassword: true }),
  ];
  const all = [unused, verified, withPassword];
  expect((await run(all)).asked).toEqual([
    `keep ${verified.id}`,
    `remove ${unused.id}`,
    `remove ${withPassword.id}`,
  ]);
  expect((await run(all, { required: false })).asked).toEqual([
    "keep those with a password",
    `keep ${verified.id}`,
    `keep ${withPassword.id}`,
    `remove ${unused.id}`,
  ]);
  expect((await run([unused])).asked).toEqual([`remove ${unused.id}`]);
});

it("one that changed since is not counted, and is no failure; what else does not go is one", async () => {
  expect(await run([expired()])).toMatchObject({ removed: 0, failed: [] });
  const stuck = await run([expired()], { answer: { kind: "last_admin" } });
  expect(stuck.removed).toBe(0);
  expect(stuck.failed).toMatchObject([{ code: "unverified_user_stays", about: "last_admin" }]);
  const authority = { status: "deleted", roles: [], version: 2, passwordSetAt: 0 } as const;
  const gone = await run([expired()], { answer: { kind: "done", authority } });
  expect(gone).toMatchObject({ removed: 1, failed: [] });
});
