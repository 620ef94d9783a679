import fc from "fast-check";
import { expect, it } from "vitest";
import { challenges } from "../../../src/core/security/challenge-token.ts";
import { sealed } from "../../../src/core/security/tagged-token.ts";
import { handleIn, isAnswerable } from "../../../src/domain/credentials/challenge.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import { SECOND, someSessionId } from "../../support/samples.ts";

const secretsOf = secretsMaker();
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const { start, parse } = challenges(secretsOf(1), random);

it("says what it was started for, and when", () => {
  const purpose = fc.constantFrom("sign-in", "second-factor abc", "step-up ses_x" as const);
  fc.assert(
    fc.property(purpose, fc.maxSafeNat(), (wanted, now) => {
      const { token, value } = start(wanted, now);
      expect(parse(token)).toEqual({ value, purpose: wanted, startedAt: now });
      expect(Buffer.from(value, "base64url")).toHaveLength(32);
    }),
  );
});

it("is never the same twice", () => {
  expect(start("sign-in", 1).value).not.toBe(start("sign-in", 1).value);
});

it("is refused with any of its characters changed, cut or added", () => {
  const { token } = start("sign-in", 1);
  const changed = fc.tuple(fc.nat(token.length - 1), fc.constantFrom(..."AZaz09-_.=+/ "));
  fc.assert(
    fc.property(changed, ([at, letter]) => {
      fc.pre(token[at] !== letter);
      expect(parse(token.slice(0, at) + letter + token.slice(at + 1))).toBeNull();
      expect(parse(token.slice(0, at))).toBeNull();
      expect(parse(token + letter)).toBeNull();
    }),
  );
});

it("lives on under an older root secret, and dies with it", () => {
  const { token } = start("sign-in", 1);
  expect(challenges(secretsOf(2, 1), random).parse(token)).not.toBeNull();
  expect(challenges(secretsOf(2), random).parse(token)).toBeNull();
  expect(challenges(secretsMaker()(1), random).parse(token)).toBeNull();
});

it("is answered for five minutes, and for nothing else than it was asked for", () => {
  const asked = { value: "", purpose: "step-up a", startedAt: 1 };
  expect(isAnswerable(asked, "step-up a", 300 * SECOND)).toBe(true);
  expect(isAnswerable(asked, "step-up a", 300 * SECOND + 1)).toBe(false);
  expect(isAnswerable(asked, "step-up b", 1)).toBe(false);
  expect(isAnswerable(asked, "sign-in", 1)).toBe(false);
});

it("of an enrolment names a handle, to the session that asked alone", () => {
  const session = someSessionId();
  const named = (purpose: string, by = session) =>
    handleIn({ value: "", purpose, startedAt: 1 }, by);
  expect(named(`enrolment ${session} handle`)).toBe("handle");
  expect(named(`enrolment ${session} handle`, someSessionId())).toBeNull();
  expect(named(`enrolment ${session}`)).toBeNull();
  expect(named(`step-up ${session} handle`)).toBeNull();
});

it("is refused where it was sealed here without one of its parts", () => {
  const kind = { prefix: "ch1.", label: "challenge-mac" } as const;
  const made = (length: number) => parse(sealed(secretsOf(1), kind, new Uint8Array(length)));
  for (const length of [0, 31, 32, 39]) expect(made(length)).toBeNull();
  expect(made(40)).toMatchObject({ startedAt: 0, purpose: "" });
});
