import { describe, expect, it } from "vitest";
import { challenges } from "../../../src/core/security/challenge-token.ts";
import { userHandles } from "../../../src/core/security/user-handle.ts";
import { ANYONE, type Person } from "../../../src/domain/access/actor.ts";
import { addPasskey, beginPasskey } from "../../../src/use-cases/accounts/factors/enrol-passkey.ts";
import {
  challengeAnyone,
  signInByPasskey,
} from "../../../src/use-cases/sessions/sign-in-by-passkey.ts";
import { codeOf, refusedBy, unwrapped } from "../../support/answers.ts";
import { madeBy, type PlainAuthenticator, signedBy } from "../../support/fakes/passkeys.ts";
import { memoryService, PASSWORD, secretsMaker } from "../../support/memory-service.ts";
import { someId, somePerson } from "../../support/samples.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A service whose root secrets are rotated while it runs. */
async function rotating() {
  const service = memoryService();
  const secretsOf = secretsMaker();
  const under = (...versions: number[]) => ({
    ...service.deps,
    challenges: challenges(secretsOf(...versions), random),
    userHandles: userHandles(secretsOf(...versions)),
  });
  const { email, id } = await service.register();
  const { sessionId } = await service.signIn(email);
  const proved = { amr: ["pwd"], acr: "aal1", authTime: service.deps.clock() } as const;
  const owner: Person = { ...somePerson(id, sessionId), proved };
  return { service, under, owner };
}

type Under = ReturnType<Awaited<ReturnType<typeof rotating>>["under"]>;

async function enrol(owner: Person, begun: Under, ended: Under): Promise<PlainAuthenticator> {
  const { token, options } = unwrapped(await beginPasskey(begun, owner, PASSWORD));
  const { user } = options as { user: { id: string } };
  const key = { id: someId(), key: someId(), userHandle: user.id, signCount: 0 };
  const credential = madeBy(key, options);
  unwrapped(await addPasskey(ended, owner, { token, credential, name: "Key" }));
  return key;
}

async function signIn(deps: Under, key: PlainAuthenticator) {
  const { token, options } = unwrapped(await challengeAnyone(deps, ANYONE));
  return signInByPasskey(deps, ANYONE, { token, credential: signedBy(key, options) });
}

describe("a passkey and the root secrets of the service", () => {
  it("one that was asked for under one secret and brought under the next signs in", async () => {
    const { under, owner } = await rotating();
    const key = await enrol(owner, under(1), under(2, 1));
    expect(codeOf(await signIn(under(2, 1), key), "signed_in")).toBe("signed_in");
  });

  it("one outlives the secret that it was made under, by what its object knows", async () => {
    const { under, owner } = await rotating();
    const key = await enrol(owner, under(1), under(1));
    expect(codeOf(await signIn(under(2), key), "signed_in")).toBe("signed_in");
    // A handle of that user that was never given out, under a secret that nobody can tell from it.
    const forged = Buffer.from(key.userHandle, "base64url").fill(7, 18).toString("base64url");
    const liar = { ...key, userHandle: forged };
    expect(await signIn(under(2), liar)).toEqual(refusedBy("invalid_passkey"));
  });

  it("a further one has the handle that the first had", async () => {
    const { service, under, owner } = await rotating();
    const first = await enrol(owner, under(1), under(1));
    const proved = { amr: ["pwd", "mfa"], acr: "aal2", authTime: service.deps.clock() } as const;
    const proven: Person = { ...owner, proved, accountAcr: "aal2" };
    const second = await enrol(proven, under(2, 1), under(2, 1));
    expect(second.userHandle).toBe(first.userHandle);
  });
});
