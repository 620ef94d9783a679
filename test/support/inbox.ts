import { env } from "cloudflare:workers";
import * as z from "zod";
import { eventually } from "./events.ts";

const mails = z.array(z.object({ subject: z.string(), text: z.string(), key: z.string() }));

export type Received = {
  readonly subject: string;
  readonly text: string;
  /** What follows `#token=` in the link, and the link up to there. */
  readonly token: string;
  readonly page: string;
  readonly code: string;
  /** The same for each copy of one message. */
  readonly key: string;
};

/** What was sent to an address, in order, as the mail API of the tests took it. */
export async function inboxOf(address: string): Promise<Received[]> {
  const response = await fetch(`${env.MAIL_TRANSPORT}?to=${encodeURIComponent(address)}`);
  return mails.parse(await response.json()).map(({ subject, text, key }) => {
    const [, page = "", token = ""] = /^(http\S+)#token=(\S+)$/m.exec(text) ?? [];
    return { subject, text, key, token, page, code: /^\d{8}$/m.exec(text)?.[0] ?? "" };
  });
}

/** The last message to an address, once there are so many. */
export async function mailTo(address: string, count = 1): Promise<Received> {
  let received: Received[] = [];
  await eventually(async () => {
    received = await inboxOf(address);
    return received.length >= count;
  });
  const last = received[count - 1];
  if (last === undefined || received.length > count) {
    throw new Error(`${received.length} messages: ${received.map((mail) => mail.subject).join()}`);
  }
  return last;
}
