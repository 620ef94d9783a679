import type { Ledger, Seen } from "./ledger.ts";
import type { World } from "./world.ts";

/** Whether somebody may have revoked a key by the time that an answer was given. */
export const mayBeRevoked = ({ all }: Ledger, kid: string, { answered }: Seen): boolean =>
  all.some(
    ({ asked, answer, begun }) =>
      asked.what === "revoke key" &&
      asked.kid === kid &&
      answer?.kind !== "refused" &&
      begun < (answered ?? Infinity),
  );

/** When a key was revoked for certain, by an act that was acknowledged; and which isolate did it. */
export function revocationOf({ all }: Ledger, kid: string): Seen | null {
  const isIt = ({ asked, answer }: Seen) =>
    asked.what === "revoke key" && asked.kid === kid && answer?.kind === "ok";
  return all.find(isIt) ?? null;
}

/**
 * Whether the root secret of a refresh token was dropped: docs/operations.md says that whoever holds
 * it signs in again, and nobody can tell it from a forged one.
 */
export function isUnderDropped({ settings }: World, token: string): boolean {
  const version = Buffer.from(token.slice("rt1.".length), "base64url").readUInt16BE(0);
  return !settings.secrets.includes(version);
}
