import * as z from "zod";
import { factorId, time } from "./fields.ts";
import { NOTHING, type Operations } from "./operation.ts";
import { challenged } from "./sessions.ts";

export const factor = z
  .object({
    id: factorId,
    kind: z.enum(["totp", "passkey"]),
    name: z
      .string()
      .optional()
      .meta({ description: "Of a passkey.", examples: ["My phone"] }),
    synced: z.boolean().optional().meta({
      description: "Of a passkey: whether its maker keeps copies of it on other devices.",
    }),
    created_at: time,
    last_used_at: time.nullable(),
  })
  .meta({ id: "Factor" });

/** As an export has it. */
export const heldFactor = factor.extend({
  credential_id: z.string().optional(),
  public_key: z.string().optional(),
  user_handle: z.string().optional(),
  sign_count: z.int().optional(),
  transports: z.array(z.string()).optional(),
});

const recoveryCodes = z.array(z.string()).meta({
  description: "Shown once.",
  examples: [["abcd-efgh-2345-6777"]],
});

const factors = z
  .object({ factors: z.array(factor), recovery_codes_left: z.int() })
  .meta({ id: "Factors" });

const LISTED = { description: "Those that are confirmed.", body: factors };
const PROOF = "The password may be left out shortly after a sign-in or a step-up.";
const OWNER = ["invalid_credentials", "insufficient_user_authentication"] as const;

export const factorOperations: Operations = {
  "GET /v1/users/me/factors": {
    id: "listOwnFactors",
    summary: "List one's own second factors",
    replies: { 200: LISTED },
  },
  "POST /v1/users/me/factors/totp": {
    id: "enrolTotp",
    summary: "Enrol an authenticator of codes",
    description: PROOF,
    replies: {
      201: {
        description: "Shown once, for the authenticator.",
        body: z
          .object({
            id: factorId,
            secret: z.string().meta({ description: "As base32." }),
            otpauth_uri: z.string(),
          })
          .meta({ id: "TotpSecret" }),
      },
    },
    problems: [...OWNER, "too_many_factors", "too_many_requests"],
  },
  "POST /v1/users/me/factors/totp/:id/confirm": {
    id: "confirmTotp",
    summary: "Confirm an authenticator with its first code",
    replies: {
      200: {
        description: "Confirmed; with the first factor come recovery codes.",
        body: z.object({ recovery_codes: recoveryCodes.optional() }).meta({ id: "Confirmed" }),
      },
    },
    problems: ["invalid_code", "too_many_requests"],
  },
  "POST /v1/users/me/factors/passkeys/options": {
    id: "newPasskeyOptions",
    summary: "Begin a passkey",
    description: PROOF,
    replies: { 200: { description: "Ask an authenticator for this.", body: challenged } },
    problems: [...OWNER, "too_many_factors", "too_many_requests"],
  },
  "POST /v1/users/me/factors/passkeys": {
    id: "addPasskey",
    summary: "Add a passkey",
    replies: {
      201: {
        description: "Added; with the first factor come recovery codes.",
        body: factor
          .extend({ recovery_codes: recoveryCodes.optional() })
          .meta({ id: "NewPasskey" }),
      },
    },
    problems: [
      "invalid_passkey",
      "insufficient_user_authentication",
      "too_many_factors",
      "conflict",
    ],
  },
  "PATCH /v1/users/me/factors/:id": {
    id: "renamePasskey",
    summary: "Rename a passkey",
    replies: { 200: { description: "Renamed.", body: factor } },
    problems: ["insufficient_user_authentication"],
  },
  "POST /v1/users/me/factors/recovery-codes": {
    id: "renewRecoveryCodes",
    summary: "Make new recovery codes",
    description: `The old ones are void. ${PROOF}`,
    replies: {
      200: {
        description: "The new set.",
        body: z.object({ recovery_codes: recoveryCodes }).meta({ id: "RecoveryCodes" }),
      },
    },
    problems: [...OWNER, "too_many_requests"],
  },
  "DELETE /v1/users/me/factors/:id": {
    id: "removeOwnFactor",
    summary: "Remove a second factor of one's own",
    description: `Every other session has ended. ${PROOF}`,
    replies: { 204: NOTHING },
    problems: [...OWNER, "too_many_requests"],
  },
  "GET /v1/users/:id/factors": {
    id: "listUserFactors",
    summary: "List the second factors of a user",
    replies: { 200: LISTED },
  },
  "DELETE /v1/users/:id/factors": {
    id: "resetUserFactors",
    summary: "Remove every second factor of a user",
    description: "To let in somebody who lost them. Needs two factors of a moment ago.",
    replies: { 204: NOTHING },
    problems: ["conflict"],
  },
};
