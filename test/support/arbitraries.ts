import fc from "fast-check";
import type { Authority } from "../../src/domain/accounts/authority.ts";
import { type SessionId, sessionIdOf } from "../../src/domain/ids.ts";

/** Values that rules are explored with: few of each kind, so that they meet often. */

const word = fc.constantFrom("users", "roles", "users-archive");
const action = fc.constantFrom("read", "write", "*");

export const permission: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("*") },
  { weight: 9, arbitrary: fc.tuple(word, action).map((parts) => parts.join(":")) },
);

export const sessionId: fc.Arbitrary<SessionId> = fc
  .constantFrom("A", "Q", "g", "w")
  .map((last) => sessionIdOf("A".repeat(21) + last));

export const authority: fc.Arbitrary<Authority> = fc.record({
  status: fc.constantFrom("active", "disabled", "deleted"),
  roles: fc.subarray(["admin", "support", "user"]),
  version: fc.nat({ max: 3 }),
  passwordSetAt: fc.nat({ max: 3 }),
});

/** How far a clock is moved at once: mostly a little, seldom far, sometimes back. */
export const clockStep = (...distances: readonly number[]): fc.Arbitrary<number> =>
  fc
    .tuple(fc.constantFrom(...distances), fc.constantFrom(-1, 0, 1), fc.constantFrom(1, 1, 1, -1))
    .map(([distance, off, direction]) => direction * (distance + off));
