import type { Acr } from "../assurance.ts";
import type { FactorId, SessionId } from "../ids.ts";
import { isYounger } from "../time.ts";

/** Milliseconds in which the first code of a factor must be shown. */
export const ENROLMENT_LIFETIME = 10 * 60 * 1_000;

/** A second factor. Times are Unix milliseconds. */
export type Factor = {
  readonly id: FactorId;
  readonly kind: "totp";
  readonly createdAt: number;
  /** The session that began it, which alone may show its first code. */
  readonly begunIn: SessionId;
  /** When its owner showed a first code of it. Before, it proves nothing and nobody is asked for it. */
  readonly confirmedAt: number | null;
  readonly lastUsedAt: number | null;
  /** The shared secret (RFC 6238), which no store can read. */
  readonly wrappedSecret: string;
  /** The time step of the last code that was right: no code works twice (RFC 6238, section 5.2). */
  readonly lastStep: number | null;
};

/** How a second factor can be shown. */
export type FactorKind = Factor["kind"] | "recovery_code";

/**
 * What was shown and found right, as far as that can be told without knowing what was used before.
 *
 * @property rewrapped the secret under the newest root secret, if it was under an older one
 */
export type FactorProof =
  | {
      readonly kind: "totp";
      readonly id: FactorId;
      readonly step: number;
      readonly rewrapped: string | null;
    }
  /** @property hash of the code */
  | { readonly kind: "recovery_code"; readonly hash: string };

/** A user's second factors as their object holds them. */
export type HeldFactors = {
  readonly factors: readonly Factor[];
  readonly recoveryCodesLeft: number;
};

export const isConfirmed = ({ confirmedAt }: Pick<Factor, "confirmedAt">): boolean =>
  confirmedAt !== null;

/** Whether a session may show its first code now. */
export const isConfirmable = (
  { begunIn, createdAt }: Factor,
  sessionId: SessionId,
  now: number,
): boolean => begunIn === sessionId && isYounger(createdAt, now, ENROLMENT_LIFETIME);

/** What its owner must reach for a session: with a factor, a password alone opens none. */
export const levelOf = (factors: readonly Factor[]): Acr =>
  factors.some(isConfirmed) ? "aal2" : "aal1";

/** The factor after a code of that step, or null for a code of a step that was used already. */
export function usedAt(
  factor: Factor,
  { step, rewrapped }: Extract<FactorProof, { kind: "totp" }>,
  now: number,
): Factor | null {
  if (factor.lastStep !== null && step <= factor.lastStep) return null;
  const wrappedSecret = rewrapped ?? factor.wrappedSecret;
  return { ...factor, lastStep: step, lastUsedAt: now, wrappedSecret };
}
