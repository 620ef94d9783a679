import { describe, expect, it } from "vitest";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { listSigningKeys } from "../../../src/use-cases/keys/list-signing-keys.ts";
import type { StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";
import { revokeSigningKey } from "../../../src/use-cases/keys/revoke-signing-key.ts";
import {
  type ChangeKeysDeps,
  rotateSigningKeys,
} from "../../../src/use-cases/keys/rotate-signing-keys.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { codeOf, unwrapped } from "../../support/answers.ts";
import { keyStore } from "../../support/key-store.ts";
import { outcomeOf } from "../../support/port-faults.ts";
import { KEY_POLICY, someKey } from "../../support/samples.ts";

/** A store with a key that signs, and what the isolate goes by: at first keys that it read before. */
async function running(change: (deps: ChangeKeysDeps) => Partial<ChangeKeysDeps> = () => ({})) {
  const store = keyStore();
  let copy: "read before" | "none" | readonly StoredSigningKey[] = "none";
  const own = {
    ...store.deps,
    forgetKeys: () => {
      copy = "none";
    },
    keepKeys: (keys: StoredSigningKey[]) => {
      copy = keys;
    },
  };
  await rotateSigningKeys(own, SYSTEM, false);
  const { kid } = (await store.current()) ?? someKey();
  store.notices.length = 0;
  const deps: ChangeKeysDeps = { ...own, ...change(own) };
  const goesBy = () => {
    const known = copy;
    copy = "read before";
    return known;
  };
  goesBy();
  return { store, deps, kid, goesBy };
}

const told = ({ store }: Awaited<ReturnType<typeof running>>) =>
  store.notices.map(({ event }) => event);

const withoutD1 = ({ keys }: ChangeKeysDeps) => ({
  keys: { ...keys, list: () => Promise.reject(new Unavailable("d1")) },
});

describe("KEY-04 whoever rotates or revokes uses no key that was read before", () => {
  it("when it is done, but those that it left", async () => {
    const { store, deps, kid, goesBy } = await running();
    unwrapped(await rotateSigningKeys(deps, SYSTEM, true));
    expect(goesBy()).toEqual(await store.keys.list());
    unwrapped(await revokeSigningKey(deps, SYSTEM, kid));
    expect(goesBy()).toEqual(await store.keys.list());
    expect(codeOf(await revokeSigningKey(deps, SYSTEM, "unknown"))).toBe("not_found");
    expect(goesBy()).toBe("none");
  });

  it("nor when it failed half way", async () => {
    const { deps, kid, goesBy } = await running(withoutD1);
    expect(await outcomeOf(rotateSigningKeys(deps, SYSTEM, true))).toBe("unavailable");
    expect(goesBy()).toBe("none");
    expect(await outcomeOf(revokeSigningKey(deps, SYSTEM, kid))).toBe("unavailable");
    expect(goesBy()).toBe("none");
  });
});

describe("what a run tells", () => {
  it("KEY-03 is no key that another run made in its place", async () => {
    const loser = await running(({ keys }) => ({ keys: { ...keys, create: async () => false } }));
    await rotateSigningKeys(loser.deps, SYSTEM, true);
    expect(told(loser)).not.toContain("signing_key_created");
    const winner = await running();
    await rotateSigningKeys(winner.deps, SYSTEM, true);
    expect(told(winner)).toContain("signing_key_created");
  });

  it.each([true, false])("is a withdrawal that was made: %s", async (isDone) => {
    const run = await running(({ keys }) => ({
      keys: { ...keys, withdraw: async () => isDone },
      policy: { ...KEY_POLICY, alg: "EdDSA" },
    }));
    await run.store.keys.create({ ...someKey(), sequence: 2, signsFrom: null });
    await rotateSigningKeys(run.deps, SYSTEM, false);
    expect(told(run).includes("signing_key_withdrawn")).toBe(isDone);
  });

  it.each([
    ["unreadable", "signing_key_unreadable"],
    ["rewrapped", "signing_key_rewrapped"],
    ["current", null],
  ] as const)("of a key that is %s is %s, and the key is kept", async (kind, event) => {
    const run = await running(({ keyMaker }) => ({
      keyMaker: {
        ...keyMaker,
        rewrap: async () => (kind === "rewrapped" ? { kind, wrapped: "v3.fresh" } : { kind }),
      },
    }));
    await rotateSigningKeys(run.deps, SYSTEM, false);
    expect(told(run)).toEqual(event === null ? [] : [event]);
    expect((await run.store.keys.list()).map(({ kid }) => kid)).toEqual([run.kid]);
  });
});

describe("the list of keys", () => {
  it("says how long each verifies: for ever, until its heir's time and its tokens', or no more", async () => {
    const { store, deps, kid } = await running();
    const shown = async () =>
      new Map(
        unwrapped(await listSigningKeys(deps, SYSTEM)).map((key) => [key.kid, key.verifiesUntil]),
      );
    expect(await shown()).toEqual(new Map([[kid, Number.POSITIVE_INFINITY]]));
    await rotateSigningKeys(deps, SYSTEM, true);
    const takeover = store.deps.clock() + KEY_POLICY.publishAhead;
    expect((await shown()).get(kid)).toBe(takeover + KEY_POLICY.tokenLifetime);
    await revokeSigningKey(deps, SYSTEM, kid);
    expect((await shown()).get(kid)).toBe(store.deps.clock());
  });
});
