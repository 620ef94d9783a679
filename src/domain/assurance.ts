/** What proofs amount to: one factor, or more than one (NIST SP 800-63B). */
export type Acr = "aal1" | "aal2";

/** How somebody proved who they are. */
export type Proved = {
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly acr: Acr;
  /** When they last proved it, in Unix milliseconds. */
  readonly authTime: number;
};

/** A passkey by where its key is: in one authenticator, or wherever its owner's are synchronised. */
export type PasskeyMethod = "hwk" | "swk";

/** What was proved first: the password, a code that was mailed, or a passkey. */
export type FirstFactor = "pwd" | "otp" | PasskeyMethod;

/** What was proved beside it. */
type SecondFactor = "totp" | "recovery_code" | PasskeyMethod;

/** With a passkey, somebody touched it. */
const FIRST: Readonly<Record<FirstFactor, readonly string[]>> = {
  pwd: ["pwd"],
  otp: ["otp"],
  hwk: ["hwk", "user"],
  swk: ["swk", "user"],
};

/** A recovery code has no value of its own in RFC 8176. */
const SECOND: Readonly<Record<SecondFactor, readonly string[]>> = {
  totp: ["otp", "mfa"],
  recovery_code: ["mfa"],
  hwk: ["hwk", "user", "mfa"],
  swk: ["swk", "user", "mfa"],
};

/** What a passkey says of itself, which is no other factor. */
const OF_PASSKEYS = ["hwk", "swk", "user", "mfa"];

/** @param factor null where nothing was proved yet */
export const proved = (factor: FirstFactor | null, authTime: number): Proved => ({
  amr: factor === null ? [] : FIRST[factor],
  acr: "aal1",
  authTime,
});

/** One factor more than before. */
export const withSecond = (
  { amr }: Pick<Proved, "amr">,
  factor: SecondFactor,
  authTime: number,
): Proved => ({ amr: also(amr, SECOND[factor]), acr: "aal2", authTime });

/**
 * A passkey. One that knew its owner, by a PIN or a finger, is two factors by itself; one that was
 * only touched is one, whatever it is shown beside.
 */
export function withPasskey(
  before: Pick<Proved, "amr">,
  { method, userVerified }: { readonly method: PasskeyMethod; readonly userVerified: boolean },
  authTime: number,
): Proved {
  const isSecond = userVerified || before.amr.some((one) => !OF_PASSKEYS.includes(one));
  return isSecond ? withSecond(before, method, authTime) : proved(method, authTime);
}

/**
 * The password once more. It says nothing of a second factor, which was shown when it was; unless
 * there is none any more, and the password is all that can be proved.
 *
 * @param level what the account asks of a session
 */
export function provedAgain(before: Proved, level: Acr, authTime: number): Proved {
  if (before.acr === "aal1") return { ...before, amr: also(before.amr, ["pwd"]), authTime };
  if (level === "aal1") return proved("pwd", authTime);
  return { ...before, amr: also(before.amr, ["pwd"]) };
}

const also = (amr: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...amr, ...more]),
];
