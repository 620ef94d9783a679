import { expect, it } from "vitest";
import { type Passkey, type Totp, usedAt } from "../../../src/domain/credentials/factor.ts";
import { someFactorId, someSessionId } from "../../support/samples.ts";

const [id, begunIn] = [someFactorId(), someSessionId()];
const enrolled = { id, createdAt: 1, begunIn, confirmedAt: 2, lastUsedAt: null };

const totp: Totp = { ...enrolled, kind: "totp", wrappedSecret: "v1.wrapped", lastStep: null };
const passkey: Passkey = {
  ...enrolled,
  kind: "passkey",
  name: "Key",
  credentialId: "id",
  publicKey: "key",
  signCount: 0,
  method: "hwk",
  transports: [],
  userHandle: "handle",
  challenge: "challenge",
};

const code = { kind: "totp", id, step: 3, rewrapped: null } as const;
const signed = {
  kind: "passkey",
  id,
  signCount: 4,
  userVerified: true,
  method: "hwk",
} as const;

it("a factor is used by a proof of its own kind", () => {
  expect(usedAt(totp, code, 5)).toEqual({ ...totp, lastStep: 3, lastUsedAt: 5 });
  expect(usedAt(passkey, signed, 5)).toEqual({ ...passkey, signCount: 4, lastUsedAt: 5 });
});

it("a proof of another kind uses none, whatever it names", () => {
  expect(usedAt(totp, signed, 5)).toBeNull();
  expect(usedAt(passkey, code, 5)).toBeNull();
  expect(usedAt(totp, { kind: "recovery_code", hash: "hash" }, 5)).toBeNull();
});
