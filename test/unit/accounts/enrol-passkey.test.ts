import { describe, expect, it } from "vitest";
import { ANYONE } from "../../../src/domain/access/actor.ts";
import {
  challengeAnyone,
  signInByPasskey,
} from "../../../src/use-cases/sessions/sign-in-by-passkey.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { type PlainAuthenticator, signedBy } from "../../support/fakes/passkeys.ts";
import { enrolKey, factorOwner, rotating } from "../../support/memory-factors.ts";
import { memoryService } from "../../support/memory-service.ts";

type Deps = ReturnType<typeof memoryService>["deps"];

async function rotated() {
  const service = memoryService();
  return { under: rotating(service), ...(await factorOwner(service)) };
}

async function signIn(deps: Deps, key: PlainAuthenticator) {
  const { token, options } = unwrapped(await challengeAnyone(deps, ANYONE));
  return signInByPasskey(deps, ANYONE, { token, credential: signedBy(key, options) });
}

describe("a passkey and the root secrets of the service", () => {
  it("one that was asked for under one secret and brought under the next signs in", async () => {
    const { under, owner } = await rotated();
    const key = await enrolKey(under(1), owner, under(2, 1));
    expect(codeOf(await signIn(under(2, 1), key), "signed_in")).toBe("signed_in");
  });

  it("one outlives the secret that it was made under, by what its object knows", async () => {
    const { under, owner } = await rotated();
    const key = await enrolKey(under(1), owner);
    expect(codeOf(await signIn(under(2), key), "signed_in")).toBe("signed_in");
    // A handle of that user that was never given out, under a secret that nobody can tell from it.
    const forged = Buffer.from(key.userHandle, "base64url").fill(7, 18).toString("base64url");
    const liar = { ...key, userHandle: forged };
    expect(await signIn(under(2), liar)).toEqual(refusedBy("invalid_passkey"));
  });

  it("a further one has the handle that the first had", async () => {
    const { under, owner, proven } = await rotated();
    const first = await enrolKey(under(1), owner);
    const second = await enrolKey(under(2, 1), proven);
    expect(second.userHandle).toBe(first.userHandle);
  });
});
