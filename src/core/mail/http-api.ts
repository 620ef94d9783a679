import * as z from "zod";
import type { Email } from "../../domain/accounts/email.ts";
import type { Mail, MailSender } from "../../use-cases/accounts/mail.ts";
import { Unavailable } from "../../use-cases/outside.ts";
import type { Log } from "../logging.ts";
import { AUTO_SUBMITTED } from "./mime.ts";
import { type Rendered, renderMail } from "./render.ts";

const TIMEOUT_MS = 10_000;

/**
 * What is wrong with the message itself. Any other status is for time or an operator to mend (a
 * wrong key, a quota, an outage), and then the message goes.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

/** 409 where a key comes with another text; any other 409 means that the first try is under way. */
const OTHER_TEXT = "invalid_idempotent_request";

export type HttpApiDeps = {
  readonly url: string;
  readonly apiKey: string;
  readonly from: Email;
  /** What recipients know the service by. */
  readonly app: string;
  readonly fetcher: typeof fetch;
  readonly log: Log;
};

/**
 * Mail through an HTTP API in the shape of Resend's `POST /emails`. A message that is sent again
 * with its idempotency key goes out once, for as long as the provider keeps the key.
 */
export function httpMailApi(deps: HttpApiDeps): MailSender {
  return {
    async send(mail) {
      const request = requestOf(deps, mail);
      const { status, name, retryAfter } = await answerTo(deps, mail, request);
      if (status >= 200 && status < 300) return "sent";
      const reason = name === "" ? String(status) : `${status} ${name}`;
      const { purpose } = mail;
      if (REFUSALS.has(status) || (status === 409 && name === OTHER_TEXT)) {
        deps.log.error({ event: "mail_refused", purpose, reason });
        return "refused";
      }
      deps.log.warn({ event: "mail_failed", purpose, reason });
      throw new Unavailable("mail", undefined, retryAfter);
    },
  };
}

function requestOf({ url, apiKey, from, app }: HttpApiDeps, mail: Mail): Request {
  const { subject, text, html }: Rendered = renderMail(mail, app);
  return new Request(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": mail.idempotencyKey,
    },
    body: JSON.stringify({ from, to: [mail.to], subject, text, html, headers: AUTO_SUBMITTED }),
    // The key is for this address alone.
    redirect: "manual",
  });
}

/** @property retryAfter seconds, or null */
type Answer = {
  readonly status: number;
  readonly name: string;
  readonly retryAfter: number | null;
};

async function answerTo(
  { fetcher, log }: HttpApiDeps,
  mail: Mail,
  request: Request,
): Promise<Answer> {
  try {
    const response = await fetcher(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return await answerOf(response);
  } catch (error) {
    const reason = error instanceof Error ? error.name : typeof error;
    log.warn({ event: "mail_failed", purpose: mail.purpose, reason });
    throw new Unavailable("mail", error);
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status } = response;
  if (response.ok) {
    await response.body?.cancel();
    return { status, name: "", retryAfter: null };
  }
  const { name, message } = wordsOf(await response.text());
  // Resend answers a malformed key as it does a faulty message: 400 validation_error.
  const isKeyAtFault = status === 400 && /\bAPI key\b/i.test(message);
  const retryAfter = secondsOf(response.headers.get("retry-after"));
  return { status: isKeyAtFault ? 401 : status, name, retryAfter };
}

/** RFC 9110, section 10.2.3. Rate limits are told in seconds; a date is not understood. */
const secondsOf = (header: string | null): number | null =>
  header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null;

/** The name is the provider's word for what is wrong, or empty: anything else may quote the mail. */
function wordsOf(body: string): { readonly name: string; readonly message: string } {
  const { name, message } = errorBody.safeParse(jsonOf(body)).data ?? {};
  return { name: /^[a-z_]{1,64}$/.test(name ?? "") ? (name ?? "") : "", message: message ?? "" };
}

const errorBody = z.object({
  name: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
