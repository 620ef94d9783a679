import type { Mail, MailPurpose } from "../../use-cases/accounts/mail.ts";
import { Impossible } from "../../use-cases/outside.ts";
import { htmlPage, htmlParagraph } from "./html.ts";
import type { Template } from "./template.ts";
import { alreadyRegistered } from "./templates/already-registered.ts";
import { confirmNewEmail } from "./templates/confirm-new-email.ts";
import { emailChanged } from "./templates/email-changed.ts";
import { factorAdded } from "./templates/factor-added.ts";
import { factorRemoved } from "./templates/factor-removed.ts";
import { invitation } from "./templates/invitation.ts";
import { passwordChanged } from "./templates/password-changed.ts";
import { recoveryCodeUsed } from "./templates/recovery-code-used.ts";
import { resetPassword } from "./templates/reset-password.ts";
import { signInCode } from "./templates/sign-in-code.ts";
import { verifyEmail } from "./templates/verify-email.ts";

/** What a recipient sees. */
export type Rendered = { readonly subject: string; readonly text: string; readonly html: string };

const TEMPLATES: Readonly<Record<MailPurpose, Template>> = {
  verify_email: verifyEmail,
  reset_password: resetPassword,
  confirm_new_email: confirmNewEmail,
  invitation,
  already_registered: alreadyRegistered,
  email_changed: emailChanged,
  password_changed: passwordChanged,
  factor_added: factorAdded,
  factor_removed: factorRemoved,
  recovery_code_used: recoveryCodeUsed,
  sign_in_code: signInCode,
};

/**
 * The same text at every try, so times are absolute: a provider compares what comes with the same
 * idempotency key.
 *
 * @param app what recipients know the service by
 * @throws Impossible when the template asks for what the mail has not
 */
export function renderMail(
  mail: Mail,
  app: string,
  template: Template = TEMPLATES[mail.purpose],
): Rendered {
  const values: Values = {
    app,
    link: mail.link === null ? null : checkedLink(mail.link),
    code: mail.code,
    expires: mail.expiresAt === null ? null : shownTime(mail.expiresAt),
  };
  const fill = (text: string) => filled(text, values, mail.purpose);
  const subject = fill(template.subject);
  return {
    subject,
    text: template.paragraphs.map((paragraph) => `${fill(paragraph)}\n`).join("\n"),
    html: htmlPage(
      subject,
      template.paragraphs.map((paragraph) => htmlParagraph(paragraph, fill(paragraph))),
    ),
  };
}

type Values = Readonly<Record<string, string | null>>;

const filled = (text: string, values: Values, purpose: MailPurpose): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : null;
    if (typeof value !== "string") throw new Impossible("mail_incomplete", `${purpose} ${name}`);
    return value;
  });

/** Nothing but a plain address, on one line: it stands in an attribute, and is opened. */
function checkedLink(link: string): string {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(link)) throw new Impossible("mail_link");
  return link;
}

const TIME = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/** @param at Unix milliseconds */
const shownTime = (at: number): string => `${TIME.format(at)} UTC`;
