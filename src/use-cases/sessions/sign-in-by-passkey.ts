import type { Actor } from "../../domain/access/actor.ts";
import { type SignInRefusal, signInRefusal } from "../../domain/accounts/user.ts";
import { isPasskey } from "../../domain/credentials/factor.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { triesBy } from "../credentials/check-password.ts";
import { checkTry } from "../credentials/check-try.ts";
import {
  type Answered,
  type ChallengeDeps,
  type Challenged,
  challenge,
  challengeOf,
  matchPasskey,
} from "../credentials/match-passkey.ts";
import type {
  Assertion,
  Credential,
  Credentials,
  Proofs,
  UserHandles,
} from "../credentials/ports.ts";
import type { Throttled } from "../credentials/refusals.ts";
import { Unavailable } from "../outside.ts";
import type { TokenPair } from "../tokens/issue-token.ts";
import { type OpenDeps, openSession, type SecondFactorRequired } from "./open-session.ts";
import type { SecondShown } from "./ports.ts";

export type PasskeySignInDeps = OpenDeps &
  ChallengeDeps & {
    readonly users: Credentials;
    readonly proofs: Proofs;
    readonly userHandles: UserHandles;
    readonly requireVerifiedEmail: boolean;
  };

type Refusal = "invalid_passkey" | SecondFactorRequired | SignInRefusal;

const PURPOSE = "sign-in";

/** Rounds of a sign-in whose account changes meanwhile. */
const MAX_ROUNDS = 2;

/** Asks for whichever passkey the person chooses; nothing is kept of it. */
export async function challengeAnyone(
  deps: ChallengeDeps,
  _actor: Actor,
): Promise<Result<Challenged, never>> {
  return ok(await challenge(deps, PURPOSE, null, true));
}

/**
 * Signs in without a user name: the authenticator says whose it is. One that knew its owner is two
 * factors; one that was only touched is the first.
 */
export async function signInByPasskey(
  deps: PasskeySignInDeps,
  actor: Actor,
  answered: Answered<Assertion>,
): Promise<Result<TokenPair, Refusal | Throttled>> {
  const asked = challengeOf(deps, answered.token, PURPOSE);
  const credential = asked && (await ownerOf(deps, answered.credential));
  if (asked === null || credential === null) return err("invalid_passkey");
  const { id: userId } = credential.user;
  const open = async () => {
    const proof = await matchPasskey(deps, userId, PURPOSE, answered);
    if (proof === null) return null;
    const second = { proof, flowId: `passkey ${asked.challenge}`, flowEndsAt: asked.endsAt };
    return openFor(deps, actor, credential, second);
  };
  const tries = triesBy(deps, userId, "passkey_alone");
  const checked = await checkTry(actor, tries, async () => credential, open, "invalid_passkey");
  if (!checked.ok) return checked;
  // A session that was opened has cleared them.
  if (!checked.value.ok) await tries.clear().catch(() => undefined);
  return checked.value;
}

/**
 * Whose passkey it says it is. A handle that nobody made drives no count, and is refused before its
 * object is asked; but where the root secret is gone that would tell, the object of the user it names
 * is asked whether it gave it.
 */
async function ownerOf(
  deps: PasskeySignInDeps,
  { id, response }: Assertion,
): Promise<Credential | null> {
  const { userHandle } = response;
  const handle = userHandle === null ? null : deps.userHandles.parse(userHandle);
  const credential = handle && (await deps.users.findById(handle.userId));
  if (handle === null || credential === null) return null;
  const isOwn = handle.isProven || (await holds(deps, handle.userId, id, userHandle));
  return isOwn ? credential : null;
}

async function holds(
  { factors }: PasskeySignInDeps,
  userId: UserId,
  credentialId: string,
  userHandle: string | null,
): Promise<boolean> {
  const held = await factors.listFactors(userId);
  const passkeys = held?.factors.filter(isPasskey) ?? [];
  return passkeys.some((one) => one.credentialId === credentialId && one.userHandle === userHandle);
}

/** @returns null for one that was shown before, by a copy of the authenticator */
async function openFor(
  deps: PasskeySignInDeps,
  actor: Actor,
  found: Credential,
  second: SecondShown,
): Promise<Result<TokenPair, Refusal> | null> {
  let credential: Credential | null = found;
  for (let round = 0; round < MAX_ROUNDS && credential !== null; round++) {
    const refusal = signInRefusal(credential.user, deps.requireVerifiedEmail);
    if (refusal !== null) return err(refusal);
    const opened = await openSession(deps, actor, credential.user, null, second);
    if (typeof opened === "object") return "code" in opened ? err(opened) : ok(opened);
    if (opened !== "stale") return null;
    credential = await deps.users.findById(credential.user.id);
  }
  if (credential === null) return null;
  throw new Unavailable("account row");
}
