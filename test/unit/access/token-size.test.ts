import { generateKeyPair } from "jose";
import { expect, it } from "vitest";
import { signAccessToken } from "../../../src/core/security/jwt.ts";
import { fitsLimits, NO_RIGHTS } from "../../../src/domain/access/rights.ts";
import { MAX_WRITTEN_RIGHTS } from "../../../src/domain/limits.ts";
import { CLAIMS } from "../../support/model-tokens.ts";
import { someId } from "../../support/samples.ts";

/** What servers take of a header, and of a cookie twice that. */
const MAX_HEADER = 8 * 1024;

it("a token of the most that one may hold fits the header of a request", async () => {
  const around = JSON.stringify([]).length + JSON.stringify([""]).length;
  const rights = { roles: [], permissions: ["x".repeat(MAX_WRITTEN_RIGHTS - around)] };
  expect(fitsLimits(NO_RIGHTS, rights)).toBe(true);
  const { privateKey: key } = await generateKeyPair("ES256");
  const claims = {
    ...CLAIMS,
    ...rights,
    // Longer than most: both are the operator's to choose.
    iss: `https://${"auth.".repeat(10)}example.com`,
    aud: `https://${"api.".repeat(10)}example.com`,
  };
  const token = await signAccessToken(claims, { alg: "ES256", kid: someId().repeat(2), key });
  expect(`authorization: Bearer ${token}`.length).toBeLessThan(MAX_HEADER);
});
