import fc from "fast-check";
import { expect, it } from "vitest";
import { grants as clientGrants } from "../../../src/client/verifier.ts";
import { grants } from "../../../src/domain/permission.ts";
import { permission } from "../../support/arbitraries.ts";

/** Few words, so that permissions often meet; and what is no permission, for the edges. */
const anything = fc.oneof(
  permission,
  fc.constantFrom("a:b", "a:c", "a:*", "b:*", "*", "", ":", "a:", ":b", "a", "a:b:c", "a:b:*"),
);

it("the client library lets a permission cover what the service lets it cover", () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 4 }), anything, (held, needed) => {
      expect(clientGrants(held, needed)).toBe(grants(held, needed));
    }),
  );
});
