import { describe, expect, it } from "vitest";
import { renderMail } from "../../../src/core/mail/render.ts";
import { APP, LINK, PURPOSES, someMail } from "../../support/mails.ts";

const ESCAPED = LINK.replaceAll("&", "&amp;").replaceAll("'", "&#39;");
const WITH_LINK = ["verify_email", "reset_password", "confirm_new_email", "invitation"];

describe.each(PURPOSES)("a message of %s", (purpose) => {
  const mail = someMail({ purpose });
  const { subject, text, html } = renderMail(mail, APP);

  it("says in a short subject what it is about, and of which service", () => {
    expect(subject).toContain(APP);
    expect(subject.length).toBeLessThan(78);
    expect(html).toContain(`<title>${subject}</title>`);
  });

  it("leaves nothing to be filled in", () => {
    for (const part of [subject, text, html]) expect(part).not.toMatch(/[{}]|undefined|null/);
  });

  it("says what to do if it was somebody else", () => {
    expect(text).toMatch(/^If (?:this was not you|you expected no account), /m);
  });

  it("has the same words as text and as HTML", () => {
    const words = html
      .slice(html.indexOf("<body"))
      .replace(/<[^>]*>/g, " ")
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
    expect(words.split(/\s+/).join(" ").trim()).toBe(text.split(/\s+/).join(" ").trim());
  });

  it("holds no link but the one given, and nothing that is fetched", () => {
    const links = WITH_LINK.includes(purpose) ? [`href="${ESCAPED}"`] : [];
    expect(html.match(/(?:href|src|background|srcset)="[^"]*"/g) ?? []).toEqual(links);
    expect(text.match(/https?:\/\/\S+/g) ?? []).toEqual(WITH_LINK.includes(purpose) ? [LINK] : []);
    expect(html).not.toMatch(/<(?:img|script|link|style|iframe|form)|url\(/i);
  });

  it("names neither the recipient nor the key", () => {
    for (const part of [subject, text, html]) {
      expect(part).not.toContain(mail.to);
      expect(part).not.toContain(mail.idempotencyKey);
    }
  });

  it("is the same whenever it is rendered", () => {
    expect(renderMail(mail, APP)).toEqual({ subject, text, html });
  });
});

it.each(WITH_LINK)("the link of %s stands on a line of its own, as it is", (purpose) => {
  const mail = someMail({ purpose: PURPOSES.find((one) => one === purpose) ?? "verify_email" });
  const { text, html } = renderMail(mail, APP);
  expect(text.split("\n")).toContain(LINK);
  expect(html).toContain(`<a href="${ESCAPED}">${ESCAPED}</a>`);
  expect(text).toContain("until 28 November 2026 at 21:44 UTC");
});

it("the code stands on a line of its own, and not in the subject, which locked screens show", () => {
  const { subject, text, html } = renderMail(someMail({ purpose: "sign_in_code" }), APP);
  expect(text.split("\n")).toContain("31415926");
  expect(html).toContain(">31415926</p>");
  expect(subject).not.toContain("31415926");
});

it.each([
  ["reset_password", { link: null }],
  ["reset_password", { expiresAt: null }],
  ["sign_in_code", { code: null }],
  ["invitation", { link: null, code: "31415926" }],
] as const)("no half a message is made: %s with %j", (purpose, missing) => {
  expect(() => renderMail(someMail({ purpose, ...missing }), APP)).toThrow("mail_incomplete");
});

it.each([
  "javascript:alert(1)",
  "//app.example.com",
  "https://app.example.com/\r\nBcc: mallory@example.com",
  "https://app.example.com/ ada",
  "https://",
])("no link is made of %j", (link) => {
  expect(() => renderMail(someMail({ link }), APP)).toThrow("mail_link");
});

it("whatever is inserted is escaped, and fills in nothing further", () => {
  const template = { subject: "{app} {code}", paragraphs: ["{app}", "{code}", "{link}"] };
  const hostile = `"><script>alert('{link}')</script>&amp;$&`;
  const mail = someMail({ code: hostile });
  const { subject, text, html } = renderMail(mail, `${APP}<b>`, template);
  const safe = `&quot;&gt;&lt;script&gt;alert(&#39;{link}&#39;)&lt;/script&gt;&amp;amp;$&amp;`;
  expect(subject).toBe(`${APP}<b> ${hostile}`);
  expect(text).toBe(`${APP}<b>\n\n${hostile}\n\n${LINK}\n`);
  expect(html).toContain(`<title>${APP}&lt;b&gt; ${safe}</title>`);
  expect(html).toContain(`>${safe}</p>`);
  expect(html).not.toMatch(/<script|<b>/);
});

it.each(["{name}", "{toString}", "{expired}"])("a template that asks for %s fails", (word) => {
  const template = { subject: "x", paragraphs: [word] };
  expect(() => renderMail(someMail(), APP, template)).toThrow("mail_incomplete");
});
