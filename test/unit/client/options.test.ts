import { describe, expect, it } from "vitest";
import { createVerifier } from "../../../src/client/index.ts";

const offline = createVerifier({
  jwksUrl: "https://issuer/jwks.json",
  issuer: "https://issuer",
  audience: "https://api",
  fetch: async () => Response.json({ keys: [] }),
});

const INVALID = { ok: false, code: "invalid_request" };

describe("the options of an offline verifier", () => {
  it.each([
    [{ permision: ["orders:write"] }],
    [{ permissions: ["Orders Write"] }],
    [{ permissions: [""] }],
    [{ permissions: "orders:write" }],
    [{ audience: "" }],
    [{ maxStaleness: "0" }],
    [null],
    ["offline"],
  ])("%j is a mistake of the caller's, as it is over the binding", async (options) => {
    const answer: unknown = await Reflect.apply(offline.verify, offline, ["a.b.c", options]);
    expect(answer).toEqual(INVALID);
  });

  it("what is undefined is as good as left out", async () => {
    const options = { audience: undefined, permissions: undefined, maxStaleness: undefined };
    const answer: unknown = await Reflect.apply(offline.verify, offline, ["a.b.c", options]);
    expect(answer).toEqual({ ok: false, code: "invalid_token" });
  });
});

describe("the options of a verifier over a binding", () => {
  it("those that are undefined do not cross it", async () => {
    const seen: unknown[] = [];
    const binding = {
      verify: async (_: string, options: unknown) => {
        seen.push(options);
        return { ok: false, code: "invalid_token" } as const;
      },
    };
    const verifier = createVerifier({ binding });
    await Reflect.apply(verifier.verify, verifier, [
      "token",
      { audience: undefined, maxStaleness: 0 },
    ]);
    expect(seen).toEqual([{ maxStaleness: 0 }]);
  });

  it("a binding that wrangler.toml does not have is a mistake that is named", () => {
    expect(() => Reflect.apply(createVerifier, null, [{ binding: undefined }])).toThrow(
      "wrangler.toml",
    );
  });
});
