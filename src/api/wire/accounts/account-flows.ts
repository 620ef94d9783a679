import * as z from "zod";
import { email, password } from "../fields.ts";

/** A token that was mailed, as a link has it. */
const token = z
  .string()
  .min(1)
  .max(1_024)
  .meta({
    description: "What follows `#token=` in the link that was mailed.",
    examples: ["mt1.AAAA"],
  });

/** Whom mail is asked for. */
export const addressee = z.strictObject({ email });

export const verification = z.strictObject({ token, password: password.optional() });

export const passwordReset = z.strictObject({ token, password });

export const emailChange = z.strictObject({ password: password.optional(), email });

export const codeProof = z.strictObject({
  flow: z
    .string()
    .min(1)
    .max(1_024)
    .meta({ description: "What `start` answered.", examples: ["cf1.AAAA"] }),
  code: z
    .string()
    .regex(/^[0-9]{8}$/, "must be eight digits")
    .meta({ examples: ["12345678"] }),
});
