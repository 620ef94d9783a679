import fc from "fast-check";
import { expect, it } from "vitest";
import { judge } from "../../../src/client/verifier.ts";
import { covers } from "../../../src/domain/permission.ts";
import { CLAIMS } from "../../support/model-tokens.ts";

/** Few words, so that they meet; and what no permission should look like. */
const word = fc.constantFrom(
  "users",
  "user",
  "roles",
  "read",
  "write",
  "*",
  "",
  "a:b",
  "__proto__",
);
const permission = fc.oneof(
  fc.tuple(word, word).map((words) => words.join(":")),
  word,
  fc.string(),
);

it("the client and the service agree on what several permissions together cover", () => {
  fc.assert(
    fc.property(fc.array(permission), fc.array(permission), (held, needed) => {
      expect(judge({ ...CLAIMS, permissions: held }, needed).ok).toBe(covers(held, needed));
    }),
    { numRuns: 5_000 },
  );
});
