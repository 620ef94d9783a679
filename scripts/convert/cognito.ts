import * as z from "zod";
import { type Conversion, converted, NO_HASH } from "./conversion.ts";

const text = z.string().default("");

const row = z.object({
  email: text,
  email_verified: text,
  name: text,
  given_name: text,
  family_name: text,
});

/** A row of the CSV whose header `get-csv-header` gives. Cognito hands no hash out. */
export function fromCognito(exported: unknown): Conversion {
  const found = row.parse(exported);
  return converted({
    email: found.email,
    emailVerified: found.email_verified.toLowerCase() === "true",
    name: found.name || [found.given_name, found.family_name].filter(Boolean).join(" "),
    hash: NO_HASH,
    isDisabled: false,
    createdAt: null,
  });
}
