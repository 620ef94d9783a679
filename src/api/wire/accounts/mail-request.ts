import * as z from "zod";
import type { MailRequest } from "../../../use-cases/accounts/mail-request.ts";
import { userId } from "../fields.ts";
import { address, moment, origin } from "../queue.ts";

const asked = {
  kind: z.literal("mail_request"),
  id: z.string().regex(/^mail_[\w-]{21}[AQgw]$/),
  requestedAt: moment,
  email: address,
  from: origin,
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
