import { httpMailApi } from "../../../src/core/mail/http-api.ts";
import type { Email } from "../../../src/domain/accounts/email.ts";
import type { Mail } from "../../../src/use-cases/accounts/mail.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert } from "../support/property.ts";

const API_KEY = "re_canary_4kq8Zx1v";
const MAIL: Mail = {
  ...{
    purpose: "password_changed" as const,
    to: "ada@example.com" as Email,
    link: null,
    code: null,
  },
  ...{ expiresAt: null, idempotencyKey: "key" },
};

/** Whatever a provider answers is "sent", "refused" or an outage, and the log quotes none of it. */
export const target: FuzzTarget = {
  seeds: ["200 ", '429 30 {"name":"rate_limit"}', '400  {"message":"API key"}', "409 x {"],
  maxLength: 200,
  async holds(input) {
    const [, status = "200", after = "", body = ""] = /^(\d{3}) (\S*) ?(.*)$/su.exec(input) ?? [];
    const code = Math.min(Math.max(Number(status), 200), 599);
    const headers = /^[\x21-\x7e]+$/.test(after) ? { "retry-after": after } : undefined;
    const isEmpty = [204, 205, 304].includes(code);
    const fetcher = async () =>
      new Response(isEmpty ? null : body, { status: code, ...(headers && { headers }) });
    const lines: unknown[] = [];
    const note = (line: unknown) => lines.push(line);
    const log = { error: note, warn: note, info: note };
    const url = "https://mail.example.com/";
    const api = httpMailApi({ url, apiKey: API_KEY, from: MAIL.to, app: "A", fetcher, log });
    const answer = await api.send(MAIL).catch((error: unknown) => error);
    assert(!/canary|ada@/.test(JSON.stringify(lines)), "the log quotes");
    if (!(answer instanceof Unavailable)) {
      assert(answer === "sent" || answer === "refused", `answered ${String(answer)}`);
      return String(answer);
    }
    const wait = answer.retryAfter;
    assert(wait === null || (Number.isSafeInteger(wait) && wait >= 0), `waits ${wait}`);
    return `outage ${wait === null}`;
  },
};
