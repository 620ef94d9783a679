import { describe, expect, it } from "vitest";
import { judgeClaims, provedBy } from "../../../src/domain/tokens/access-token.ts";
import { someSessionId } from "../../support/samples.ts";

const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1_000;
const AAL2 = { acr: "aal2" } as const;

const person = {
  sid: someSessionId(),
  acr: "aal1",
  auth_time: SECONDS - 100,
  permissions: ["pages:read"],
} as const;
const strong = { ...person, acr: "aal2" } as const;
const program = { auth_time: SECONDS, permissions: ["pages:read"] };

const stepUpNeeded = (asked: object) => ({
  code: "insufficient_user_authentication",
  ...asked,
});

/** What is missing, with pages:write waiting for a second factor. */
const judged = (
  claims: Parameters<typeof judgeClaims>[0],
  needed: readonly string[],
  asked: Parameters<typeof judgeClaims>[3] = {},
) => judgeClaims(claims, [...claims.permissions, "pages:write"], needed, asked, NOW);

it("a token of older code says nothing of two factors: it was one", () => {
  const claims = { amr: ["pwd"], auth_time: SECONDS };
  expect(provedBy(claims)).toEqual({ amr: ["pwd"], acr: "aal1", authTime: NOW });
  expect(provedBy({ ...claims, ...AAL2 }).acr).toBe("aal2");
});

describe("whether a good token is enough", () => {
  it("goes by its permissions, those that wait for a second factor apart", () => {
    expect(judged(person, ["pages:read"])).toBe("enough");
    expect(judged(person, ["pages:write"])).toStrictEqual(stepUpNeeded(AAL2));
    expect(judged(person, ["pages:read", "pages:write"], { maxAge: 60 })).toStrictEqual(
      stepUpNeeded({ ...AAL2, maxAge: 60 }),
    );
    expect(judged(person, ["keys:read"])).toBe("forbidden");
    expect(judged(person, ["keys:read"], { maxAge: 1 })).toBe("forbidden");
  });

  it("goes by what was proved, and how long ago", () => {
    expect(judged(person, [], { acr: "aal1", maxAge: 100 })).toBe("enough");
    expect(judged(person, [], { maxAge: 99 })).toStrictEqual(stepUpNeeded({ maxAge: 99 }));
    const ahead = (seconds: number) =>
      judged({ ...person, auth_time: SECONDS + seconds }, [], { maxAge: 99 });
    expect([ahead(0), ahead(30), ahead(31)]).toEqual([
      "enough",
      "enough",
      stepUpNeeded({ maxAge: 99 }),
    ]);
    expect(judged(strong, [], AAL2)).toBe("enough");
    const { acr: _, ...older } = person;
    expect(judged(older, [], AAL2)).toStrictEqual(stepUpNeeded(AAL2));
  });

  it("asks for two factors before anything else, where they are asked for: roles may wait for them", () => {
    expect(judged(person, ["keys:read"], AAL2)).toStrictEqual(stepUpNeeded(AAL2));
    expect(judged(strong, ["keys:read"], AAL2)).toBe("forbidden");
  });

  it("asks a session with two factors for two again: its password alone proves nothing anew", () => {
    expect(judged(strong, [], { maxAge: 60 })).toStrictEqual(stepUpNeeded({ ...AAL2, maxAge: 60 }));
  });

  it("is never enough of a program, where a proof is asked for", () => {
    expect(judged(program, ["pages:read"])).toBe("enough");
    for (const asked of [AAL2, { acr: "aal1" }, { maxAge: 60 }] as const) {
      expect(judged(program, ["pages:read"], asked)).toStrictEqual(stepUpNeeded(asked));
      expect(judged(program, ["keys:read"], asked)).toBe("forbidden");
    }
  });
});
