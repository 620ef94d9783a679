import { expect, it } from "vitest";
import { forgottenAt, type ThrottleState } from "../../../src/domain/credentials/throttle.ts";
import {
  nextForgotten,
  purgeProofs,
  reserveProof,
} from "../../../src/use-cases/credentials/count-proofs.ts";
import type { Prover } from "../../../src/use-cases/credentials/ports.ts";
import { someSessionId } from "../../support/samples.ts";

it("counts of failed proofs go when they are forgotten, each at its time", () => {
  const [older, newer] = [
    { failures: 2, lastAt: 1_000 },
    { failures: 1, lastAt: 1_001 },
  ];
  const store = new Map<Prover, ThrottleState>([
    [someSessionId(), newer],
    ["session", older],
  ]);
  expect(nextForgotten(store)).toBe(forgottenAt(older));
  purgeProofs(store, forgottenAt(older) - 1);
  expect(store.size).toBe(2);
  purgeProofs(store, forgottenAt(older));
  expect([...store.values()]).toEqual([newer]);
  purgeProofs(store, forgottenAt(newer));
  expect([store.size, nextForgotten(store)]).toEqual([0, null]);
});

it("what many devices tried makes room for another device, and for nothing else", () => {
  const store = new Map<Prover, ThrottleState>();
  const others: readonly Prover[] = ["session", "totp", "passkey_alone"];
  for (const by of others) reserveProof(store, by, 1, 2);
  const devices = [someSessionId(), someSessionId(), someSessionId()];
  for (const [at, by] of devices.entries()) reserveProof(store, by, 2 + at, 2);
  expect([...store.keys()]).toEqual([...others, ...devices.slice(1)]);
});
