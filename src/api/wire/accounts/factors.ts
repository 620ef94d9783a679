import * as z from "zod";
import { isPasskey, type WithoutSecret } from "../../../domain/credentials/factor.ts";
import { MAX_FACTOR_NAME_LENGTH } from "../../../domain/limits.ts";
import { attestation, challengeToken } from "../credentials/passkeys.ts";
import { password, shownText } from "../fields.ts";
import { time, timeOrNull } from "../time.ts";

/** A password, or a sign-in or step-up of a moment ago in its place. */
export const ownerProof = z.strictObject({ password: password.optional() });

export const totpCode = z
  .string()
  .regex(/^[0-9]{6}$/, "must be six digits")
  .meta({ description: "What the authenticator shows now.", examples: ["123456"] });

export const totpConfirmation = z.strictObject({ code: totpCode });

export const recoveryCode = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ["abcd-efgh-2345-6777"] });

/** A name for a passkey, which its owner sees in a list. */
const passkeyName = shownText(1, MAX_FACTOR_NAME_LENGTH, "My phone");

export const renaming = z.strictObject({ name: passkeyName });

export const passkeyEnrolment = z.strictObject({
  challenge_token: challengeToken,
  credential: attestation,
  name: passkeyName,
});

export const factorOnWire = (factor: WithoutSecret) => ({
  id: factor.id,
  kind: factor.kind,
  ...(isPasskey(factor) ? { name: factor.name, synced: factor.method === "swk" } : {}),
  created_at: time(factor.createdAt),
  last_used_at: timeOrNull(factor.lastUsedAt),
});

export const factorsOnWire = ({
  factors,
  recoveryCodesLeft,
}: {
  readonly factors: readonly WithoutSecret[];
  readonly recoveryCodesLeft: number;
}) => ({
  factors: factors.map(factorOnWire),
  recovery_codes_left: recoveryCodesLeft,
});
