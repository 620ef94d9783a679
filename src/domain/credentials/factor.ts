import {
  type Acr,
  type PasskeyMethod,
  type Proved,
  withPasskey,
  withSecond,
} from "../assurance.ts";
import type { FactorId, SessionId } from "../ids.ts";
import { isYoungerElsewhere } from "../time.ts";

/** Milliseconds in which the first code of a factor must be shown. */
export const ENROLMENT_LIFETIME = 10 * 60 * 1_000;

/** What every factor has. Times are Unix milliseconds. */
type Enrolled = {
  readonly id: FactorId;
  readonly createdAt: number;
  /** The session that began it, which alone may show its first code. */
  readonly begunIn: SessionId;
  /** When its owner first showed it. Before, it proves nothing and nobody is asked for it. */
  readonly confirmedAt: number | null;
  readonly lastUsedAt: number | null;
};

/** An authenticator of one-time passwords. */
export type Totp = Enrolled & {
  readonly kind: "totp";
  /** The shared secret (RFC 6238), which no store can read. */
  readonly wrappedSecret: string;
  /** The time step of the last code that was right: no code works twice (RFC 6238, section 5.2). */
  readonly lastStep: number | null;
};

/** A discoverable credential of WebAuthn. Bytes are base64url. */
export type Passkey = Enrolled & {
  readonly kind: "passkey";
  /** What its owner calls it. */
  readonly name: string;
  readonly credentialId: string;
  /** COSE_Key (RFC 9052, section 7). */
  readonly publicKey: string;
  /** Of the last signature; 0 of an authenticator that does not count. */
  readonly signCount: number;
  readonly method: PasskeyMethod;
  readonly transports: readonly string[];
  /** What the authenticator knows its owner by. */
  readonly userHandle: string;
  /** The challenge that it was made for. */
  readonly challenge: string;
};

/** A second factor. */
export type Factor = Totp | Passkey;

/** A factor as it may be shown to its owner. */
export type WithoutSecret = Omit<Totp, "wrappedSecret"> | Passkey;

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
  /** @property userVerified whether the authenticator knew its owner, by a PIN or a finger */
  | {
      readonly kind: "passkey";
      readonly id: FactorId;
      readonly signCount: number;
      readonly userVerified: boolean;
      readonly method: PasskeyMethod;
    }
  /** @property hash of the code */
  | { readonly kind: "recovery_code"; readonly hash: string };

type ProofOf<F extends Factor> = Extract<FactorProof, { kind: F["kind"] }>;

/** A user's second factors as their object holds them. */
export type HeldFactors = {
  readonly factors: readonly Factor[];
  readonly recoveryCodesLeft: number;
};

type OfKind = Pick<Factor, "kind">;

export const isTotp = <F extends OfKind>(factor: F): factor is Extract<F, { kind: "totp" }> =>
  factor.kind === "totp";

export const isPasskey = <F extends OfKind>(factor: F): factor is Extract<F, { kind: "passkey" }> =>
  factor.kind === "passkey";

/** The secret of a passkey is in its authenticator. */
export function withoutSecret(factor: Factor): WithoutSecret {
  if (isPasskey(factor)) return factor;
  const { wrappedSecret: _, ...rest } = factor;
  return rest;
}

export const isConfirmed = ({ confirmedAt }: Pick<Factor, "confirmedAt">): boolean =>
  confirmedAt !== null;

/** Whether its first code may be shown now. */
export const isConfirmable = ({ createdAt }: Factor, now: number): boolean =>
  isYoungerElsewhere(createdAt, now, ENROLMENT_LIFETIME);

/** What its owner must reach for a session: with a factor, a password alone opens none. */
export const levelOf = (factors: readonly Factor[]): Acr =>
  factors.some(isConfirmed) ? "aal2" : "aal1";

/** The factor after it was shown, or null for what was used already, or is of another kind. */
export function usedAt(factor: Factor, proof: FactorProof, now: number): Factor | null {
  if (isTotp(factor)) return proof.kind === "totp" ? codeUsed(factor, proof, now) : null;
  return proof.kind === "passkey" ? keyUsed(factor, proof, now) : null;
}

/** A code of a step that was used, or of one before it, is none. */
export function codeUsed(
  factor: Totp,
  { step, rewrapped }: ProofOf<Totp>,
  now: number,
): Totp | null {
  if (factor.lastStep !== null && step <= factor.lastStep) return null;
  const wrappedSecret = rewrapped ?? factor.wrappedSecret;
  return { ...factor, lastStep: step, lastUsedAt: now, wrappedSecret };
}

/** An authenticator that counts, and did not go on, has a copy (WebAuthn 3, section 6.1.1). */
function keyUsed(factor: Passkey, { signCount }: ProofOf<Passkey>, now: number): Passkey | null {
  if (factor.signCount > 0 && signCount <= factor.signCount) return null;
  return { ...factor, signCount, lastUsedAt: now };
}

/** What is proved with one factor more. */
export const provedWith = (
  before: Pick<Proved, "amr">,
  proof: FactorProof,
  authTime: number,
): Proved =>
  proof.kind === "passkey"
    ? withPasskey(before, proof, authTime)
    : withSecond(before, proof.kind, authTime);
