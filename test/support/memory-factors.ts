import { challenges } from "../../src/core/security/challenge-token.ts";
import { oneTimePasswords } from "../../src/core/security/totp.ts";
import { userHandles } from "../../src/core/security/user-handle.ts";
import type { Person } from "../../src/domain/access/actor.ts";
import { proved, withSecond } from "../../src/domain/assurance.ts";
import { confirmTotp } from "../../src/use-cases/accounts/factors/confirm-totp.ts";
import { addPasskey, beginPasskey } from "../../src/use-cases/accounts/factors/enrol-passkey.ts";
import { enrolTotp } from "../../src/use-cases/accounts/factors/enrol-totp.ts";
import { unwrapped } from "./answers.ts";
import { madeBy, type PlainAuthenticator } from "./fakes/passkeys.ts";
import { type memoryService, PASSWORD, secretsMaker } from "./memory-service.ts";
import { someId, somePerson } from "./samples.ts";
import { codeOf } from "./totp.ts";

type Service = ReturnType<typeof memoryService>;
type Deps = Service["deps"];

/** A service whose root secrets are rotated while it runs: the same one, under those given. */
export function rotating({ deps }: Service): (...versions: number[]) => Deps {
  const secretsOf = secretsMaker();
  return (...versions) => ({
    ...deps,
    challenges: challenges(secretsOf(...versions), deps.random),
    oneTimePasswords: oneTimePasswords(secretsOf(...versions), "auth.example.com", deps.random),
    userHandles: userHandles(secretsOf(...versions)),
  });
}

/** Somebody who signed in by password, and the same person once they showed a second factor. */
export async function factorOwner(service: Service) {
  const user = await service.register();
  const { sessionId } = await service.signIn(user.email);
  const first = proved("pwd", service.deps.clock());
  const owner: Person = { ...somePerson(user.id, sessionId), proved: first };
  const both = withSecond(first, "totp", first.authTime);
  const proven: Person = { ...owner, proved: both, accountAcr: "aal2" };
  return { user, owner, proven };
}

/** The code of the step before this one is used for it, so that the one of now is good. */
export async function enrolCodes(deps: Deps, actor: Person) {
  const { id, secret } = unwrapped(await enrolTotp(deps, actor, PASSWORD));
  const code = codeOf(secret, -1, deps.clock());
  const { recoveryCodes } = unwrapped(await confirmTotp(deps, actor, id, code));
  const codeNow = () => codeOf(secret, 0, deps.clock());
  return { id, secret, recoveryCodes: recoveryCodes ?? [], codeNow };
}

/** @param ended where it is brought, if that is elsewhere than where it was asked for */
export async function enrolKey(
  begun: Deps,
  actor: Person,
  ended = begun,
): Promise<PlainAuthenticator> {
  const { token, options } = unwrapped(await beginPasskey(begun, actor, PASSWORD));
  const { user } = options as { user: { id: string } };
  const key = { id: someId(), key: someId(), userHandle: user.id, signCount: 0 };
  const credential = madeBy(key, options);
  unwrapped(await addPasskey(ended, actor, { token, credential, name: "Key" }));
  return key;
}
