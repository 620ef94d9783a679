import { createHash } from "node:crypto";
import MimeNode from "nodemailer/lib/mime-node";
import type { Email } from "../../domain/accounts/email.ts";
import type { Rendered } from "./render.ts";

/** @property date Unix milliseconds */
export type Envelope = {
  readonly from: Email;
  readonly to: Email;
  readonly date: number;
  readonly idempotencyKey: string;
};

/** A vacation notice must not answer it (RFC 3834, section 5). */
export const AUTO_SUBMITTED = { "Auto-Submitted": "auto-generated" } as const;

/** Nothing in a message is fetched or read: its parts are strings. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true, newline: "win" } as const;

/**
 * The whole message (RFC 5322), text and HTML as alternatives. The library folds and encodes
 * headers, so no value can begin another one. Another try differs in its date alone.
 */
export async function mimeMessage(envelope: Envelope, rendered: Rendered): Promise<string> {
  const id = createHash("sha256")
    .update(envelope.idempotencyKey, "utf8")
    .digest("hex")
    .slice(0, 32);
  const message = new MimeNode("multipart/alternative", { ...CLOSED, baseBoundary: id });
  message.setHeader({
    From: { address: envelope.from },
    To: { address: envelope.to },
    Subject: rendered.subject,
    Date: new Date(envelope.date),
    "Message-ID": `<${id}@${envelope.from.slice(envelope.from.lastIndexOf("@") + 1)}>`,
    ...AUTO_SUBMITTED,
  });
  message.createChild("text/plain; charset=utf-8", CLOSED).setContent(rendered.text);
  message.createChild("text/html; charset=utf-8", CLOSED).setContent(rendered.html);
  return (await message.build()).toString("utf8");
}
