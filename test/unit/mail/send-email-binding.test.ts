import { describe, expect, it } from "vitest";
import { errorDetails } from "../../../src/core/logging.ts";
import { sendEmailBinding } from "../../../src/core/mail/send-email-binding.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { APP, FROM, LINK, parseMail, readableLog, someMail } from "../../support/mails.ts";

const DATE = Date.UTC(2026, 10, 28, 21, 44);

class Message {
  readonly from: string;
  readonly to: string;
  readonly raw: string;
  constructor(from: string, to: string, raw: string) {
    this.from = from;
    this.to = to;
    this.raw = raw;
  }
}

/** The binding as Cloudflare answers it: with a code on the error. */
function bindingThat(fails?: { readonly code?: string }) {
  const sent: unknown[] = [];
  const lines = readableLog();
  const sender = sendEmailBinding({
    binding: {
      send: async (message: unknown) => {
        sent.push(message);
        if (fails) throw Object.assign(new Error("ada@example.com is no good"), fails);
        return { messageId: "<1@example.com>" };
      },
    },
    Message,
    from: FROM,
    app: APP,
    clock: () => DATE,
    log: lines.log,
  });
  return { sender, sent, events: lines.events };
}

it("the envelope names the sender and the recipient that the message names", async () => {
  const { sender, sent, events } = bindingThat();
  const mail = someMail();
  expect(await sender.send(mail)).toBe("sent");
  expect(events).toEqual([]);
  expect(sent).toHaveLength(1);
  const [message] = sent;
  if (!(message instanceof Message)) throw new Error("no message");
  const parsed = await parseMail(message.raw);
  expect([message.from, message.to]).toEqual([FROM, mail.to]);
  expect([parsed.from?.address, parsed.to?.[0]?.address]).toEqual([FROM, mail.to]);
  expect(Date.parse(parsed.date ?? "")).toBe(DATE);
  expect(parsed.text).toContain(LINK);
});

it.each([
  "E_RECIPIENT_SUPPRESSED",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_VALIDATION_ERROR",
  "E_HEADER_NOT_ALLOWED",
])("a message is refused, and the log says why and not whose: %s", async (code) => {
  const { sender, events } = bindingThat({ code });
  expect(await sender.send(someMail())).toBe("refused");
  expect(events).toEqual([{ event: "mail_refused", purpose: "reset_password", reason: code }]);
});

describe("a message is tried again", () => {
  it.each([
    ["E_RATE_LIMIT_EXCEEDED", "E_RATE_LIMIT_EXCEEDED"],
    ["E_DAILY_LIMIT_EXCEEDED", "E_DAILY_LIMIT_EXCEEDED"],
    ["E_INTERNAL_SERVER_ERROR", "E_INTERNAL_SERVER_ERROR"],
    ["E_DELIVERY_FAILED", "E_DELIVERY_FAILED"],
    ["E_SENDER_NOT_VERIFIED", "E_SENDER_NOT_VERIFIED"],
    ["E_SENDER_DOMAIN_NOT_AVAILABLE", "E_SENDER_DOMAIN_NOT_AVAILABLE"],
    ["E_not ada@example.com", "Error"],
    [undefined, "Error"],
  ])("when the code is %s", async (code, reason) => {
    const { sender, events } = bindingThat(code === undefined ? {} : { code });
    const error: unknown = await sender.send(someMail()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unavailable);
    expect(events).toEqual([{ event: "mail_failed", purpose: "reset_password", reason }]);
    const told = JSON.stringify([events, String(error), errorDetails(error)]);
    expect(told).not.toContain("ada@example.com");
  });
});
