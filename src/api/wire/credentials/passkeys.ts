import * as z from "zod";
import type { Challenged } from "../../../use-cases/credentials/match-passkey.ts";

/** The body of a request that says all by its path. */
export const emptyBody = z.strictObject({});

/** Base64url without padding, of what a browser or an authenticator made. */
const bytes = (maxLength: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "must be base64url")
    .max(maxLength)
    .meta({ examples: ["AAAA"] });

export const challengeToken = z
  .string()
  .min(1)
  .max(1_024)
  .meta({
    description: "The `challenge_token` that came with the options.",
    examples: ["ch1.AAAA"],
  });

/** Bytes of an id (WebAuthn 3, section 5.8.3), as base64url. */
const credentialId = bytes(1_364);

/*
 * What `toJSON` of a browser's credential writes (WebAuthn 3, section 5.1). It is the browser's form
 * and may gain members, which are not read.
 */

const credential = <R extends z.ZodType>(response: R) =>
  z
    .object({ id: credentialId, rawId: credentialId, type: z.literal("public-key"), response })
    .refine(({ id, rawId }) => id === rawId, { path: ["rawId"], message: "must be the id" });

export const attestation = credential(
  z.object({
    clientDataJSON: bytes(4_096),
    attestationObject: bytes(12_288),
    transports: z
      .array(
        z
          .string()
          .regex(/^[a-z-]{1,32}$/)
          .meta({ examples: ["internal"] }),
      )
      .max(8)
      .default([]),
  }),
);

export const assertion = credential(
  z.object({
    clientDataJSON: bytes(4_096),
    authenticatorData: bytes(4_096),
    signature: bytes(2_048),
    userHandle: bytes(88)
      .nullish()
      .transform((handle) => handle ?? null),
  }),
);

/** An authenticator's answer, with the challenge that it is to. */
export const answeredChallenge = z.strictObject({
  challenge_token: challengeToken,
  credential: assertion,
});

export const challengedOnWire = ({ token, options }: Challenged) => ({
  challenge_token: token,
  options,
});
