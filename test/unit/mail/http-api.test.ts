import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { errorDetails } from "../../../src/core/logging.ts";
import { httpMailApi } from "../../../src/core/mail/http-api.ts";
import { renderMail } from "../../../src/core/mail/render.ts";
import type { Mail } from "../../../src/use-cases/accounts/mail.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { APP, FROM, LINK, readableLog, someMail } from "../../support/mails.ts";

const API_KEY = "re_canary_4kq8Zx1v";

type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

let server: Server;
let url: string;
let asked: Asked[];
let answer: (response: ServerResponse) => void;
let lines: ReturnType<typeof readableLog>;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      asked.push({ method, url: path, headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/emails`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  lines = readableLog();
  replyWith(200, { id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" });
});

function replyWith(status: number, body: object | string = "", headers = {}): void {
  answer = (response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
}

const send = (mail: Mail, fetcher: typeof fetch = fetch) =>
  httpMailApi({ url, apiKey: API_KEY, from: FROM, app: APP, fetcher, log: lines.log }).send(mail);

/** What was told to nobody but the provider. */
function expectDiscreet(mail: Mail, ...told: unknown[]): void {
  const text = JSON.stringify([lines.events, ...told]);
  for (const secret of [API_KEY, mail.to, LINK, mail.code ?? "no code", mail.idempotencyKey]) {
    expect(text).not.toContain(secret);
  }
}

/** It is to be tried again, with one line that says why. */
async function expectFailed(reason: string | RegExp, mail = someMail(), fetcher = fetch) {
  const error: unknown = await send(mail, fetcher).then(
    (outcome) => outcome,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unavailable);
  expect(error).toMatchObject({ dependency: "mail" });
  expect(lines.events).toEqual([
    { event: "mail_failed", purpose: mail.purpose, reason: expect.stringMatching(reason) },
  ]);
  expectDiscreet(mail, errorDetails(error), String(error));
}

it("one message to one recipient is asked for, with the key and in the provider's words", async () => {
  const mail = someMail();
  expect(await send(mail)).toBe("sent");
  expect(asked).toHaveLength(1);
  const [request] = asked;
  expect(request).toMatchObject({ method: "POST", url: "/emails" });
  expect(request?.headers).toMatchObject({
    authorization: `Bearer ${API_KEY}`,
    "content-type": "application/json",
    "idempotency-key": mail.idempotencyKey,
  });
  expect(JSON.parse(request?.body ?? "")).toEqual({
    from: FROM,
    to: [mail.to],
    ...renderMail(mail, APP),
    headers: { "Auto-Submitted": "auto-generated" },
  });
  expect(lines.events).toEqual([]);
});

it.each([201, 202, 204])("any success counts: %i", async (status) => {
  replyWith(status);
  expect(await send(someMail())).toBe("sent");
});

it("a message whose answer was lost is sent again as it was, with the same key", async () => {
  const mail = someMail();
  answer = (response) => response.destroy();
  await expectFailed(/^\w+Error$/, mail);
  replyWith(200, { id: "1" });
  expect(await send(mail)).toBe("sent");
  const [first, second] = asked;
  expect(asked).toHaveLength(2);
  expect(first?.headers["idempotency-key"]).toBe(mail.idempotencyKey);
  expect(second?.headers["idempotency-key"]).toBe(mail.idempotencyKey);
  expect(second?.body).toBe(first?.body);
});

describe("a message that will never be taken is refused", () => {
  it.each([
    [400, "validation_error"],
    [413, ""],
    [422, "missing_required_field"],
    [409, "invalid_idempotent_request"],
  ])("%i %s", async (status, name) => {
    const mail = someMail();
    replyWith(status, { statusCode: status, name, message: `${mail.to} is no good` });
    expect(await send(mail)).toBe("refused");
    const reason = `${status} ${name}`.trim();
    expect(lines.events).toEqual([{ event: "mail_refused", purpose: mail.purpose, reason }]);
    expectDiscreet(mail);
  });

  it("whatever stands in the reply, it is not repeated", async () => {
    for (const body of ["", "<html>", "null", "[1]", '{"name":7}', '{"name":"Ada <ada@x.y>"}']) {
      lines = readableLog();
      replyWith(422, body);
      expect(await send(someMail())).toBe("refused");
      expect(lines.events).toEqual([
        { event: "mail_refused", purpose: "reset_password", reason: "422" },
      ]);
    }
  });
});

describe("a message is tried again", () => {
  it.each([
    [429, "rate_limit_exceeded"],
    [429, "daily_quota_exceeded"],
    [409, "concurrent_idempotent_requests"],
    [409, ""],
    [401, "missing_api_key"],
    [403, "invalid_api_key"],
    [402, ""],
    [404, "not_found"],
    [408, ""],
    [418, ""],
    [500, "application_error"],
    [503, ""],
  ])("when the answer is %i %s", async (status, name) => {
    replyWith(status, { name, message: "…" });
    await expectFailed(`${status} ${name}`.trim());
  });

  it.each([
    [429, "7", 7],
    [503, "120", 120],
    [429, "Wed, 21 Oct 2026 07:28:00 GMT", null],
    [429, "-1", null],
    [429, undefined, null],
  ])("and not before the provider said: %i, %s", async (status, header, retryAfter) => {
    replyWith(status, {}, header === undefined ? {} : { "retry-after": header });
    await expect(send(someMail())).rejects.toMatchObject({ dependency: "mail", retryAfter });
  });

  it("when the key is malformed, which looks like a fault in the message", async () => {
    replyWith(400, { statusCode: 400, name: "validation_error", message: "API key is invalid" });
    await expectFailed("401 validation_error");
  });

  it("when it is sent elsewhere, where the key must not go", async () => {
    replyWith(307, "", { location: `${url}/elsewhere` });
    await expectFailed("307");
    expect(asked).toHaveLength(1);
  });

  it("when an error breaks off in the middle", async () => {
    answer = (response) => {
      response.writeHead(422, { "content-length": "1000" });
      response.write('{"name":"validation_error"', () => response.destroy());
    };
    await expectFailed(/^\w+Error$/);
  });

  it("when nobody listens", async () => {
    const mail = someMail();
    const nowhere = { url: "http://127.0.0.1:1/emails", apiKey: API_KEY, from: FROM, app: APP };
    const sender = httpMailApi({ ...nowhere, fetcher: fetch, log: lines.log });
    await expect(sender.send(mail)).rejects.toThrow(Unavailable);
    expectDiscreet(mail);
  });

  it("when the provider is slower than a sender is willing to wait", async () => {
    const patience = new AbortController();
    answer = () => patience.abort(); // instead of the seconds that pass in earnest
    let willing: AbortSignal | null | undefined;
    await expectFailed("AbortError", someMail(), (input, init) => {
      willing = init?.signal;
      return fetch(input, { ...init, signal: patience.signal });
    });
    expect(asked).toHaveLength(1);
    expect(willing).toBeInstanceOf(AbortSignal);
    expect(willing?.aborted).toBe(false);
  });
});

it.each(["a\r\nx-other: 1", "a\nb", "ключ"])("no header is made of the key %j", async (key) => {
  await expect(send(someMail({ idempotencyKey: key }))).rejects.toThrow(TypeError);
  expect(asked).toEqual([]);
});
