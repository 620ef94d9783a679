import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { localMailFiles, readLocalMail } from "../../../scripts/local-mail.ts";
import { mimeMessage } from "../../../src/core/mail/mime.ts";
import { renderMail } from "../../../src/core/mail/render.ts";
import { APP, FROM, LINK, someMail } from "../../support/mails.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "local-mail-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, raw: string): string {
  const folder = join(directory, ".wrangler/tmp/email/miniflare-1/email");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), raw);
  return join(folder, name);
}

async function messageFor(given: Parameters<typeof someMail>[0]) {
  const mail = someMail(given);
  const { to, idempotencyKey } = mail;
  const rendered = renderMail(mail, APP);
  const raw = await mimeMessage({ from: FROM, to, date: Date.now(), idempotencyKey }, rendered);
  return { mail, rendered, raw };
}

it("a message is read with its link or its code", async () => {
  const reset = await messageFor({ purpose: "reset_password" });
  const code = await messageFor({ purpose: "sign_in_code" });
  const changed = await messageFor({ purpose: "password_changed" });
  const read = async (name: string, { raw }: { raw: string }) => readLocalMail(write(name, raw));
  expect(await read("1.eml", reset)).toMatchObject({
    to: [reset.mail.to],
    subject: reset.rendered.subject,
    link: LINK,
    code: null,
  });
  expect(await read("2.eml", code)).toMatchObject({ link: null, code: "31415926" });
  expect(await read("3.eml", changed)).toMatchObject({ link: null, code: null });
});

it("a message is not read before all of it is written, nor when it is gone", async () => {
  const { raw } = await messageFor({});
  for (const length of [0, 1, raw.indexOf("\r\n\r\n"), raw.length - 10]) {
    expect(await readLocalMail(write("1.eml", raw.slice(0, length)))).toBeNull();
  }
  expect(await readLocalMail(join(directory, "none.eml"))).toBeNull();
});

it("messages are found in every run's folder, and nothing where none was ever sent", () => {
  expect(localMailFiles(directory)).toEqual([]);
  const path = write("1@example.com.eml", "");
  write("1@example.com.txt", "");
  expect(localMailFiles(directory)).toEqual([path]);
});
