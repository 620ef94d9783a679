/** What a session was opened with, which its tokens say for as long as it lives. */
export type OpenedWith = {
  /** How its owner proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** What that amounts to: one factor, or more than one (NIST SP 800-63B). */
  readonly acr: "aal1" | "aal2";
  /** When they proved it, in Unix milliseconds. */
  readonly authTime: number;
  /** The client that its tokens are issued to. */
  readonly clientId: string;
  /** Whom its access tokens are for; null for whichever audience is configured. */
  readonly audience: string | null;
};

/** What was proved: the password, or a code that was mailed. */
export type FirstFactor = "pwd" | "otp";

export const openedByPassword = (clientId: string, authTime: number): OpenedWith =>
  openedBy("pwd", clientId, authTime);

export const openedBy = (factor: FirstFactor, clientId: string, authTime: number): OpenedWith => ({
  amr: [factor],
  acr: "aal1",
  authTime,
  clientId,
  audience: null,
});
