import * as z from "zod";
import { publicJwk, signingAlg } from "../../core/security/jwk.ts";
import { kid, time } from "./fields.ts";
import type { Operations } from "./operation.ts";

const keys = z
  .object({
    keys: z.array(
      z.object({
        kid,
        alg: signingAlg,
        state: z.enum(["next", "current", "retired", "gone", "revoked"]),
        created_at: time,
        signs_from: time.nullable(),
        verifies_until: time.nullable(),
        revoked_at: time.nullable(),
      }),
    ),
  })
  .meta({ id: "SigningKeys" });

const jwks = z
  .object({
    keys: z.array(publicJwk.extend({ kid, alg: signingAlg, use: z.literal("sig") })),
  })
  .meta({ id: "JwkSet" });

export const keyOperations: Operations = {
  "GET /.well-known/jwks.json": {
    id: "jwks",
    summary: "The keys that tokens verify with (RFC 7517)",
    replies: {
      200: { description: "The key set.", body: jwks, headers: { etag: "Its version." } },
    },
  },
  "GET /v1/keys": {
    id: "listKeys",
    summary: "List signing keys",
    replies: { 200: { description: "States and times.", body: keys } },
  },
  "POST /v1/keys/rotate": {
    id: "rotateKeys",
    summary: "Rotate or revoke a signing key",
    problems: ["not_found"],
    replies: { 200: { description: "States and times.", body: keys } },
  },
};
