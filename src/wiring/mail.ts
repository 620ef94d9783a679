import { EmailMessage } from "cloudflare:email";
import type { Env } from "../bindings.ts";
import type { Config } from "../core/config/config.ts";
import { httpMailApi } from "../core/mail/http-api.ts";
import { sendEmailBinding } from "../core/mail/send-email-binding.ts";
import type { MailSender } from "../use-cases/accounts/mail.ts";
import type { Outside } from "./outside.ts";

/** The transport that MAIL_TRANSPORT names. */
export function wireMail(
  env: Pick<Env, "MAIL">,
  { mailTransport, mailFrom: from, publicAppUrl }: Config,
  { clock, log }: Pick<Outside, "clock" | "log">,
): MailSender {
  const app = new URL(publicAppUrl).host;
  return mailTransport === "binding"
    ? sendEmailBinding({ binding: env.MAIL, Message: EmailMessage, from, app, clock, log })
    : httpMailApi({
        ...mailTransport,
        from,
        app,
        fetcher: (input, init) => fetch(input, init),
        log,
      });
}
