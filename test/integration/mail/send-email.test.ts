import { EmailMessage } from "cloudflare:email";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/config.ts";
import { sendEmailBinding } from "../../../src/core/mail/send-email-binding.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { wireMail } from "../../../src/wiring/mail.ts";
import { capturedLog } from "../../support/canaries.ts";
import { APP, FROM, PURPOSES, readableLog, someMail } from "../../support/mails.ts";
import { emailOf } from "../../support/samples.ts";

let console: ReturnType<typeof capturedLog>;
beforeEach(() => {
  console = capturedLog();
});
afterEach(() => console.stop());

function wired(vars: object = {}) {
  const parsed = parseConfig({ ...env, MAIL_TRANSPORT: "binding", ...vars });
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const { log, events } = readableLog();
  const { mailSender } = wireMail(env, parsed.value, {
    clock: Date.now,
    log,
    newUuid: () => crypto.randomUUID(),
  });
  return { sender: mailSender, events };
}

it.each(PURPOSES)("the runtime takes a message of %s", async (purpose) => {
  const { sender, events } = wired();
  expect(await sender.send(someMail({ purpose }))).toBe("sent");
  expect(events).toEqual([]);
});

it.each([
  "o'brien+{x}#1@example.com",
  `${"a".repeat(64)}@${"b".repeat(63)}.example`,
  "ada@MÜNCHEN.example",
])("and one to %s", async (address) => {
  const mail = someMail({ to: emailOf(address) });
  expect(await wired().sender.send(mail)).toBe("sent");
});

it("what the runtime does not take is not reported as sent", async () => {
  const { log, events } = readableLog();
  const sender = sendEmailBinding({
    binding: env.MAIL,
    // Another sender in the envelope than in the message.
    Message: class extends EmailMessage {
      constructor(_: string, to: string, raw: string) {
        super("mallory@example.com", to, raw);
      }
    },
    from: FROM,
    app: APP,
    clock: Date.now,
    log,
  });
  await expect(sender.send(someMail())).rejects.toThrow(Unavailable);
  expect(events).toEqual([{ event: "mail_failed", purpose: "reset_password", reason: "Error" }]);
});

it("with an address as transport nothing goes through the binding", async () => {
  const { sender, events } = wired({
    MAIL_TRANSPORT: "http://127.0.0.1:1/emails",
    MAIL_API_KEY: "re_1",
  });
  await expect(sender.send(someMail())).rejects.toThrow(Unavailable);
  expect(events).toHaveLength(1);
});
