import * as z from "zod";
import { parseEmail } from "../../../domain/accounts/email.ts";
import type { MailRequest } from "../../../use-cases/accounts/mail-request.ts";
import { userId } from "../events/event-message.ts";

const text = z.string().max(1_000);

const email = z.string().transform((value, context) => {
  const parsed = parseEmail(value);
  if (parsed.ok && parsed.value === value) return parsed.value;
  context.addIssue({ code: "custom", message: "must be an address in its one spelling" });
  return z.NEVER;
});

const asked = {
  kind: z.literal("mail_request"),
  id: z.string().regex(/^mail_[\w-]{21}[AQgw]$/),
  requestedAt: z.int().min(0).max(999_999_999_999_999),
  email,
  from: z.object({
    ip: text.nullable(),
    userAgent: text.nullable(),
    requestId: text.nullable(),
  }),
};

/** A request as the queue brings it, perhaps from older code or an operator's hand. */
export const mailRequest = z.discriminatedUnion("purpose", [
  z.object({ ...asked, purpose: z.enum(["reset_password", "verify_email", "register"]) }),
  z.object({
    ...asked,
    purpose: z.literal("sign_in_code"),
    flow: z.string().regex(/^[1-9][0-9]{0,4}\.[\w-]{22}$/),
  }),
  z.object({
    ...asked,
    purpose: z.literal("confirm_new_email"),
    userId,
    accountVersion: z.int().min(1),
  }),
]) satisfies z.ZodType<MailRequest>;
