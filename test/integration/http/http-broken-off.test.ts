import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../../src/api/http/app.ts";
import { capturedLog } from "../../support/canaries.ts";
import { client } from "../../support/client.ts";
import { expectWellFormed } from "../../support/replies.ts";

const call = client((request) => app.fetch(request, env));

/** A body whose sender goes away in the middle. */
function brokenOff(begin: string): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(begin));
    },
    pull() {
      throw new Error("connection lost");
    },
  });
}

describe.each([
  ["a length", { "content-length": "1000" }],
  ["chunks", { "transfer-encoding": "chunked" }],
])("API-01 a body that breaks off, sent with %s", (_, framing) => {
  it.each([
    ["/v1/auth/refresh", "application/json", '{"refresh_token":'],
    ["/oauth2/revoke", "application/x-www-form-urlencoded", "token="],
  ])("is the sender's fault at %s, and no failure in the log", async (path, type, begin) => {
    const log = capturedLog();
    const headers = { "content-type": type, ...framing };
    const reply = await call("POST", path, { body: brokenOff(begin), headers });
    log.stop();
    expect(reply.status).toBe(400);
    expectWellFormed(reply);
    expect(log.lines.filter((line) => line.includes("request_failed"))).toEqual([]);
  });
});
