import * as z from "zod";
import type { Factor, HeldFactors } from "../../../domain/credentials/factor.ts";

import { password } from "../fields.ts";
import { time, timeOrNull } from "../time.ts";

/** A password, or a sign-in or step-up of a moment ago in its place. */
export const ownerProof = z.strictObject({ password: password.optional() });

export const totpCode = z.string().regex(/^[0-9]{6}$/, "must be six digits");

export const totpConfirmation = z.strictObject({ code: totpCode });

export const recoveryCode = z.string().min(1).max(64);

export const factorsOnWire = ({
  factors,
  recoveryCodesLeft,
}: Pick<HeldFactors, "recoveryCodesLeft"> & {
  readonly factors: readonly Omit<Factor, "wrappedSecret">[];
}) => ({
  factors: factors.map(({ id, kind, createdAt, lastUsedAt }) => ({
    id,
    kind,
    created_at: time(createdAt),
    last_used_at: timeOrNull(lastUsedAt),
  })),
  recovery_codes_left: recoveryCodesLeft,
});
