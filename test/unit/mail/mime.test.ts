import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mimeMessage } from "../../../src/core/mail/mime.ts";
import { renderMail } from "../../../src/core/mail/render.ts";
import { type Email, parseEmail } from "../../../src/domain/accounts/email.ts";
import { APP, FROM, LINK, PURPOSES, parseMail, someMail } from "../../support/mails.ts";
import { someEmail } from "../../support/samples.ts";

const DATE = Date.UTC(2026, 10, 28, 21, 44);
const rendered = renderMail(someMail(), APP);
const envelope = { from: FROM, to: someEmail(), date: DATE, idempotencyKey: "mail-1" };

/** What a message must say of itself, in the order in which it does; a further header is one too many. */
const HEADERS = [
  "from",
  "to",
  "subject",
  "date",
  "message-id",
  "auto-submitted",
  "mime-version",
  "content-type",
];

const headersOf = async (raw: string) => (await parseMail(raw)).headers.map(({ key }) => key);
const headOf = (raw: string): string => raw.slice(0, raw.indexOf("\r\n\r\n"));

it.each(PURPOSES)("a message of %s comes out of a parser as it went in", async (purpose) => {
  const parts = renderMail(someMail({ purpose }), APP);
  const parsed = await parseMail(await mimeMessage(envelope, parts));
  expect(parsed.subject).toBe(parts.subject);
  expect(parsed.text?.trimEnd()).toBe(parts.text.trimEnd());
  expect(parsed.html?.trimEnd()).toBe(parts.html.trimEnd());
  expect(parsed.attachments).toEqual([]);
});

it("it has one sender, one recipient, a date, and says that no person wrote it", async () => {
  const raw = await mimeMessage(envelope, rendered);
  const parsed = await parseMail(raw);
  expect(await headersOf(raw)).toEqual(HEADERS);
  expect(parsed.from?.address).toBe(FROM);
  expect(parsed.to).toEqual([{ name: "", address: envelope.to }]);
  expect([parsed.cc, parsed.bcc, parsed.replyTo]).toEqual([undefined, undefined, undefined]);
  expect(Date.parse(parsed.date ?? "")).toBe(DATE);
  expect(parsed.headers).toContainEqual(
    expect.objectContaining({ key: "auto-submitted", value: "auto-generated" }),
  );
});

it("another try has the same Message-ID, in the sender's domain; another message has not", async () => {
  const idOf = async (idempotencyKey: string, date = DATE) =>
    (await parseMail(await mimeMessage({ ...envelope, date, idempotencyKey }, rendered))).messageId;
  const first = await idOf("mail-1");
  expect(first).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
  expect(await idOf("mail-1", DATE + 60_000)).toBe(first);
  expect(await idOf("mail-2")).not.toBe(first);
  expect(await mimeMessage(envelope, rendered)).toBe(await mimeMessage(envelope, rendered));
});

it("any mail server takes it: ASCII in short lines, each ending as RFC 5322 wants it", async () => {
  const long = `https://app.example.com/#token=${"A-_9".repeat(400)}`;
  const raw = await mimeMessage(envelope, renderMail(someMail({ link: long }), APP));
  expect(raw).toMatch(/^[\x20-\x7e\r\n]*$/);
  expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  for (const line of raw.split("\r\n")) expect(line.length).toBeLessThanOrEqual(100);
  const { text = "", html = "" } = await parseMail(raw);
  expect(text.split("\n")).toContain(long);
  expect(html).toContain(`href="${long}"`);
});

describe("a header holds what it was given and begins no other", () => {
  it.each([
    "Grüße von Ærøskøbing",
    "パスワードを再設定してください — 東京の利用者の皆様へ、とても長い件名です",
    "Смените пароль для приложения",
    "🔐 مرحبا ✓",
    "é".repeat(300),
  ])("subject %j", async (subject) => {
    const raw = await mimeMessage(envelope, { ...rendered, subject });
    expect(headOf(raw)).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect((await parseMail(raw)).subject).toBe(subject);
    for (const line of headOf(raw).split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
  });

  it.each([
    "x\r\nBcc: mallory@example.com",
    "x\nBcc: mallory@example.com",
    "x\rBcc: mallory@example.com",
    "x\r\n\r\n<script>alert(1)</script>",
    "é\r\nBcc: mallory@example.com",
    "x\u2028Bcc: mallory@example.com\u0000",
    "x\r\n\tBcc: mallory@example.com",
  ])("hostile subject %j", async (subject) => {
    const raw = await mimeMessage(envelope, { ...rendered, subject });
    expect(await headersOf(raw)).toEqual(HEADERS);
    const parsed = await parseMail(raw);
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.text?.trimEnd()).toBe(rendered.text.trimEnd());
  });

  it.each([
    "ada@example.com\r\nBcc: mallory@example.com",
    "ada@example.com, mallory@example.com",
    "ada@example.com>\r\n\r\nHello",
    "<mallory@example.com> ada@example.com",
    "Friends: mallory@example.com;",
  ])("hostile address %j, which never was parsed", async (address) => {
    const raw = await mimeMessage({ ...envelope, to: address as Email }, rendered);
    expect(await headersOf(raw)).toEqual(HEADERS);
    const parsed = await parseMail(raw);
    expect(parsed.to?.length ?? 0).toBeLessThanOrEqual(1);
    expect(parsed.to?.map((one) => one.address)).not.toContain("mallory@example.com");
    expect(parsed.text?.trimEnd()).toBe(rendered.text.trimEnd());
  });

  it.each(["a\r\nBcc: mallory@example.com", "a>b", "ключ", ""])("key %j", async (key) => {
    const raw = await mimeMessage({ ...envelope, idempotencyKey: key }, rendered);
    expect(await headersOf(raw)).toEqual(HEADERS);
    expect((await parseMail(raw)).messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
  });
});

it("every address that the service accepts is written as it is", async () => {
  const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/_`{|}~-]{1,20}(?:\.[a-z0-9=?^]{1,9})?$/);
  await fc.assert(
    fc.asyncProperty(local, async (name) => {
      const parsed = parseEmail(`${name}@example.com`);
      if (!parsed.ok) throw new Error(parsed.error);
      const message = await parseMail(
        await mimeMessage({ ...envelope, to: parsed.value }, rendered),
      );
      expect(message.to).toEqual([{ name: "", address: parsed.value }]);
    }),
    { numRuns: 200 },
  );
});

it("the link survives the way into a message", async () => {
  const { text = "", html = "" } = await parseMail(await mimeMessage(envelope, rendered));
  expect(text.split("\n")).toContain(LINK);
  expect(html).toContain("#token=v1.QUJD_-&amp;x=&#39;y&#39;");
});
