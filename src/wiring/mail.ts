import { EmailMessage } from "cloudflare:email";
import type { Env } from "../bindings.ts";
import type { Config } from "../core/config/config.ts";
import { httpMailApi } from "../core/mail/http-api.ts";
import { sendEmailBinding } from "../core/mail/send-email-binding.ts";
import { inboxKey } from "../core/security/bucket-names.ts";
import { mailTokenCodec } from "../core/security/mail-token.ts";
import { tracedFetch } from "../core/telemetry/current-request.ts";
import type { ComposeDeps } from "../use-cases/accounts/compose-mail.ts";
import type { MailSender } from "../use-cases/accounts/mail.ts";
import type { SendOnceDeps } from "../use-cases/accounts/send-once.ts";
import type { Outside } from "./outside.ts";

/** What is written to people, and how it is sent. */
export const wireMail = (
  env: Pick<Env, "MAIL">,
  config: Config,
  outside: Pick<Outside, "clock" | "log" | "newUuid">,
): ComposeDeps & Pick<SendOnceDeps, "mailSender" | "inboxKey"> => ({
  mailSender: senderOf(env, config, outside),
  mailTokens: mailTokenCodec(config.secrets),
  inboxKey: (address) => inboxKey(config.secrets, address),
  publicAppUrl: config.publicAppUrl,
});

/** The transport that MAIL_TRANSPORT names. */
function senderOf(
  env: Pick<Env, "MAIL">,
  { mailTransport, mailFrom: from, publicAppUrl }: Config,
  { clock, log, newUuid }: Pick<Outside, "clock" | "log" | "newUuid">,
): MailSender {
  const app = new URL(publicAppUrl).host;
  return mailTransport === "binding"
    ? sendEmailBinding({ binding: env.MAIL, Message: EmailMessage, from, app, clock, log })
    : httpMailApi({
        ...mailTransport,
        from,
        app,
        fetcher: tracedFetch((input, init) => fetch(input, init), newUuid),
        log,
      });
}
