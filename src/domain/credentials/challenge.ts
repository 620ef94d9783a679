import type { SessionId } from "../ids.ts";
import { isYoungerElsewhere } from "../time.ts";

/** Milliseconds in which an authenticator must answer. */
export const CHALLENGE_LIFETIME = 5 * 60 * 1_000;

/** What an answer to a challenge is good for, and of which sign-in or session. */
export type ChallengePurpose =
  | "sign-in"
  | `second-factor ${string}`
  | `step-up ${string}`
  /** With the session, and the handle that the authenticator is given. */
  | `enrolment ${string} ${string}`;

/** What an authenticator is to sign (WebAuthn 3, section 13.4.3), as the client holds it. */
export type Challenge = {
  /** 32 random bytes, base64url. */
  readonly value: string;
  readonly purpose: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
};

/** What the options of an enrolment called its owner, or null for any other challenge. */
export function handleIn({ purpose }: Challenge, sessionId: SessionId): string | null {
  const [what, session, handle = null] = purpose.split(" ");
  return what === "enrolment" && session === sessionId ? handle : null;
}

export const isAnswerable = (
  { purpose, startedAt }: Challenge,
  wanted: ChallengePurpose,
  now: number,
): boolean => purpose === wanted && isYoungerElsewhere(startedAt, now, CHALLENGE_LIFETIME);
