import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Log, LogEvent } from "../../../src/core/logging.ts";
import { breachCheck } from "../../../src/core/security/breach-check.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";

const password = "correct horse battery staple" as Password;
const sha1 = createHash("sha1").update(password).digest("hex").toUpperCase();
const suffix = sha1.slice(5);
const OTHERS = ["0018A45C4D1DEF81644B54AB7F969B88D65:10", "00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2"];

let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;
let asked: IncomingMessage[];
let warned: LogEvent[];
const log: Log = { info: () => {}, warn: (event) => warned.push(event), error: () => {} };

const replyWith = (...lines: string[]) => {
  answer = (response) => response.end(lines.join("\r\n"));
};
const check = (fetcher: typeof fetch = fetch) => breachCheck(url, fetcher, log)(password);

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  warned = [];
});

it("asks nobody where no service is configured", async () => {
  const fetcher = () => Promise.reject(new Error("asked"));
  expect(await breachCheck(null, fetcher, log)(password)).toBe(false);
  expect(warned).toEqual([]);
});

describe("PWD-05 a password is breached", () => {
  it("when its suffix is listed", async () => {
    replyWith(...OTHERS, `${suffix}:3861493`);
    expect(await check()).toBe(true);
    replyWith(`${suffix}:1`, ...OTHERS);
    expect(await check()).toBe(true);
  });

  it.each([
    ["others are listed", OTHERS],
    ["it is padding, which counts nought", [...OTHERS, `${suffix}:0`]],
    ["only the beginning of the line is alike", [`${suffix}A:7`, `${suffix.slice(1)}:7`]],
    ["the list is empty", []],
    ["the list is no list", ["<html>", suffix]],
  ])("not when %s", async (_, lines) => {
    replyWith(...lines);
    expect(await check()).toBe(false);
    expect(warned).toEqual([]);
  });
});

it("no more than five hex digits of the hash leave, and padding is asked for", async () => {
  replyWith(...OTHERS);
  await check();
  expect(asked).toHaveLength(1);
  const [request] = asked;
  expect(request?.method).toBe("GET");
  expect(request?.url).toBe(`/range/${sha1.slice(0, 5)}`);
  expect(request?.headers["add-padding"]).toBe("true");
  const sent = JSON.stringify([request?.url, request?.rawHeaders]);
  for (const secret of [sha1.slice(0, 6), suffix, password]) expect(sent).not.toContain(secret);
});

describe("the password passes with a log line, and no word of it, when the list", () => {
  const expectPassed = async (fetcher?: typeof fetch) => {
    expect(await check(fetcher)).toBe(false);
    expect(warned).toHaveLength(1);
    expect(warned[0]?.event).toBe("breach_check_failed");
    const line = JSON.stringify(warned);
    for (const secret of [password, sha1.slice(0, 6), suffix]) expect(line).not.toContain(secret);
  };

  it.each([500, 429, 404, 304])("answers %i", async (status) => {
    answer = (response) => response.writeHead(status).end();
    await expectPassed();
    expect(warned).toEqual([{ event: "breach_check_failed", status }]);
  });

  it("sends elsewhere, where nothing is asked", async () => {
    answer = (response) => response.writeHead(302, { location: "/elsewhere" }).end();
    await expectPassed();
    expect(asked).toHaveLength(1);
  });

  it("is down", async () => {
    answer = (response) => response.destroy();
    await expectPassed();
  });

  it("stops in the middle", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(`${OTHERS[0]}\r\n`, () => response.destroy());
    };
    await expectPassed();
  });

  it("is slower than the request is willing to wait", async () => {
    const patience = new AbortController();
    answer = () => patience.abort(); // instead of the seconds that pass in earnest
    let willing: AbortSignal | null | undefined;
    await expectPassed((input, init) => {
      willing = init?.signal;
      return fetch(input, { ...init, signal: patience.signal });
    });
    expect(asked).toHaveLength(1);
    expect(willing).toBeInstanceOf(AbortSignal);
    expect(willing?.aborted).toBe(false);
  });
});

it("nobody is asked when no list is configured", async () => {
  expect(await breachCheck(null, fetch, log)(password)).toBe(false);
  expect(asked).toEqual([]);
});
