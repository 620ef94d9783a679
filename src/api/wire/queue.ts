import * as z from "zod";
import type { Origin } from "../../domain/access/actor.ts";
import { parseEmail } from "../../domain/accounts/email.ts";

// What messages of the queue are made of. Older code may have sent one, or an operator's hand.

export const text = z.string().max(1_000);

/** Unix milliseconds. */
export const moment = z.int().min(0).max(999_999_999_999_999);

export const origin = z.object({
  ip: text.nullable(),
  userAgent: text.nullable(),
  requestId: text.nullable(),
}) satisfies z.ZodType<Origin>;

/** An address in the one spelling that the domain gives it. */
export const address = z.string().transform((value, context) => {
  const parsed = parseEmail(value);
  if (parsed.ok && parsed.value === value) return parsed.value;
  context.addIssue({ code: "custom", message: "must be an address in its one spelling" });
  return z.NEVER;
});
