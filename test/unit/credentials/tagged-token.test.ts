import fc from "fast-check";
import { expect, it } from "vitest";
import { opened, sealed } from "../../../src/core/security/tagged-token.ts";
import { secretsMaker } from "../../support/memory-service.ts";

const secrets = secretsMaker()(1);
const KIND = { prefix: "t1.", label: "challenge-mac" } as const;

it("what is sealed comes back as it was, down to nothing at all", () => {
  expect(opened(secrets, KIND, sealed(secrets, KIND, new Uint8Array()))).toHaveLength(0);
  fc.assert(
    fc.property(fc.uint8Array(), (body) => {
      const read = opened(secrets, KIND, sealed(secrets, KIND, body));
      expect(read && new Uint8Array(read)).toEqual(body);
    }),
  );
});

it("what is shorter than its tag is refused, as is what another kind sealed", () => {
  for (const bytes of [0, 1, 17]) {
    const text = KIND.prefix + Buffer.alloc(bytes, 1).toString("base64url");
    expect(opened(secrets, KIND, text)).toBeNull();
  }
  const other = { ...KIND, label: "user-handle-mac" } as const;
  expect(opened(secrets, KIND, sealed(secrets, other, new Uint8Array(8)))).toBeNull();
});
