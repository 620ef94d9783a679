import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { secondFactorTokens } from "../../../src/core/security/second-factor-token.ts";
import type { SecondFactorFlow } from "../../../src/domain/credentials/second-factor-flow.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import { someId, someUserId } from "../../support/samples.ts";

const secretsOf = secretsMaker();
const tokens = secondFactorTokens(secretsOf(1));

const someFlow = (given: Partial<SecondFactorFlow> = {}): SecondFactorFlow => ({
  id: someId(),
  userId: someUserId(),
  accountVersion: 7,
  first: "pwd",
  startedAt: Date.UTC(2026, 0, 1),
  ...given,
});

it("says what it was made from", () => {
  const flow = fc.record({
    id: fc.constant(0).map(someId),
    userId: fc.constant(0).map(someUserId),
    accountVersion: fc.maxSafeNat(),
    first: fc.constantFrom(...(["pwd", "otp", "hwk", "swk"] as const)),
    startedAt: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(flow, (one) => {
      expect(tokens.parse(tokens.format(one))).toEqual(one);
    }),
  );
});

it("is refused with any of its characters changed, cut or added", () => {
  const text = tokens.format(someFlow());
  const changed = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(..."AZaz09-_.=+/ "));
  fc.assert(
    fc.property(changed, ([at, letter]) => {
      fc.pre(text[at] !== letter);
      expect(tokens.parse(text.slice(0, at) + letter + text.slice(at + 1))).toBeNull();
      expect(tokens.parse(text.slice(0, at))).toBeNull();
      expect(tokens.parse(text + letter)).toBeNull();
    }),
  );
});

it("lives on under an older root secret, and dies with it", () => {
  const text = tokens.format(someFlow());
  expect(secondFactorTokens(secretsOf(2, 1)).parse(text)).not.toBeNull();
  expect(secondFactorTokens(secretsOf(2)).parse(text)).toBeNull();
  expect(secondFactorTokens(secretsMaker()(1)).parse(text)).toBeNull();
});

it("draws a session and its token from the code, the same in every release", () => {
  const key = secretsOf(1).subkey(1, "second-factor-session") ?? "";
  const flow = someFlow();
  const from = (part: string) =>
    createHmac("sha256", key).update(`${part} ${flow.id} hash`).digest();
  const { sessionId, secret } = tokens.draw(flow, "hash");
  expect(sessionId).toBe(`ses_${from("id").subarray(0, 16).toString("base64url")}`);
  expect(Buffer.from(secret)).toEqual(from("secret"));
});
