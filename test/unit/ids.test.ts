import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "../../src/core/security/encoding.ts";
import { newEventId } from "../../src/core/security/event-id.ts";
import { parseEventId } from "../../src/domain/events/event.ts";
import {
  factorIdOf,
  parseFactorId,
  parseServiceAccountId,
  parseSessionId,
  parseUserId,
  serviceAccountIdOf,
  sessionIdOf,
  userIdOf,
} from "../../src/domain/ids.ts";

const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const LAST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

describe("an id", () => {
  it("made from 16 random bytes is parsed back", () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        const random = toBase64Url(bytes);
        expect(parseUserId(userIdOf(random))).toEqual({ ok: true, value: `usr_${random}` });
        expect(parseSessionId(sessionIdOf(random))).toEqual({ ok: true, value: `ses_${random}` });
        expect(parseFactorId(factorIdOf(random))).toEqual({ ok: true, value: `fac_${random}` });
        const program = serviceAccountIdOf(random);
        expect(parseServiceAccountId(program)).toEqual({ ok: true, value: `svc_${random}` });
      }),
    );
  });

  it("has one spelling: of the 64 last letters only four stand for whole bytes", () => {
    const good = [...LAST].filter((letter) => parseUserId(`usr_${"A".repeat(21)}${letter}`).ok);
    expect(good).toEqual(["A", "Q", "g", "w"]);
    const also = [...LAST].filter((letter) => parseSessionId(`ses_${"A".repeat(21)}${letter}`).ok);
    expect(also).toEqual(good);
  });

  it("TOK-15 of a program is nobody else's", () => {
    const random = "A".repeat(22);
    const refused = { ok: false, error: "invalid_service_account_id" };
    for (const other of [userIdOf(random), sessionIdOf(random), random, "", `svc_${random}A`]) {
      expect(parseServiceAccountId(other)).toEqual(refused);
    }
    for (const other of [null, 7, [serviceAccountIdOf(random)]]) {
      expect(parseServiceAccountId(other)).toEqual(refused);
    }
    expect(parseUserId(serviceAccountIdOf(random)).ok).toBe(false);
  });

  it("of a user is no id of a session, nor the other way round; of neither is it a factor's", () => {
    const random = "A".repeat(22);
    for (const other of [userIdOf(random), sessionIdOf(random), random, null]) {
      expect(parseFactorId(other)).toEqual({ ok: false, error: "invalid_factor_id" });
    }
    expect(parseUserId(sessionIdOf(random))).toEqual({ ok: false, error: "invalid_user_id" });
    expect(parseSessionId(userIdOf(random))).toEqual({ ok: false, error: "invalid_session_id" });
  });

  it.each([
    "",
    "A".repeat(22),
    `usr_${"A".repeat(21)}`,
    `usr_${"A".repeat(23)}`,
    `USR_${"A".repeat(22)}`,
    `usr_${"A".repeat(22)}\n`,
    ` usr_${"A".repeat(22)}`,
    `usr_${"A".repeat(20)}+A`,
    `usr_${"A".repeat(20)}==`,
    null,
    undefined,
    7,
    [`usr_${"A".repeat(22)}`],
    { toString: () => `usr_${"A".repeat(22)}` },
  ])("is not %j", (input) => {
    expect(parseUserId(input).ok).toBe(false);
    expect(parseSessionId(input).ok).toBe(false);
  });
});

it("an id that is drawn for an event is one, and never the same", () => {
  const ids = Array.from({ length: 50 }, newEventId);
  for (const id of ids) expect(parseEventId(id)).toEqual({ ok: true, value: id });
  expect(new Set(ids).size).toBe(50);
});
