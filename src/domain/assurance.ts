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

/** What was proved: the password, or a code that was mailed. */
export type FirstFactor = "pwd" | "otp";

export const proved = (factor: FirstFactor, authTime: number): Proved => ({
  amr: [factor],
  acr: "aal1",
  authTime,
});

/** One factor more than before. A recovery code has no value of its own in RFC 8176. */
export const withSecond = (
  { amr }: Pick<Proved, "amr">,
  kind: "totp" | "recovery_code",
  authTime: number,
): Proved => ({
  amr: also(amr, kind === "totp" ? ["otp", "mfa"] : ["mfa"]),
  acr: "aal2",
  authTime,
});

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
