import type { Ledger, Seen } from "./ledger.ts";

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
