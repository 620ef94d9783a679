import * as z from "zod";

export const signingAlg = z.enum(["ES256", "EdDSA"]);

/** The public members of the keys that sign here (RFC 7517; RFC 7518, section 6.2; RFC 8037). */
export const publicJwk = z.object({
  kty: z.enum(["EC", "OKP"]),
  crv: z.string(),
  x: z.string(),
  y: z.string().exactOptional(),
});
