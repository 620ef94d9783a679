import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { capturedLog } from "../../support/canaries.ts";
import type { Reply } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { harmless, routes } from "../../support/matrix.ts";
import { expectOAuthError } from "../../support/service-accounts.ts";

let log: ReturnType<typeof capturedLog>;
beforeEach(() => {
  log = capturedLog();
});
afterEach(() => log.stop());

const encoded = (bytes: number[]): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");

/** In the words of whoever asks there. */
function expectMisconfigured(path: string, reply: Reply): void {
  if (path.startsWith("/oauth2/")) {
    expectOAuthError(reply, 503, "temporarily_unavailable");
  } else {
    expect(reply.body.code).toBe("misconfigured");
    expect(reply.headers.get("x-request-id")).toBe(reply.body.request_id);
  }
}

describe.each([
  ["unset", undefined],
  ["empty", ""],
  ["the example", "v1:ZXhhbXBsZS1vbmx5LXJlcGxhY2UtdGhpcy1zZWNyZXQ"],
  ["a default that people guess", "changeme-changeme-changeme-changeme"],
  ["short", "v1:c2hvcnQtc2VjcmV0LWNhbmFyeQ"],
  ["without a version", "Zk3vQm8xJt5yNc1uWb7pLr4sHd9gXe2oAi6fKl0TzUw"],
  ["weak", `v1:${encoded(Array.from({ length: 32 }, (_, i) => 97 + (i % 4)))}`],
  ["good but for an old one", "v2:Zk3vQm8xJt5yNc1uWb7pLr4sHd9gXe2oAi6fKl0TzUw,v1:c2hvcnQ"],
])("AUZ-05 with AUTH_SECRETS %s", (_, value) => {
  it("nothing is served but /health/live, and one line says why, without the value", async () => {
    const service = serviceWith({ AUTH_SECRETS: value });
    for (const route of routes) {
      const reply = await service(...harmless(route));
      if (route.path === "/health/live") {
        expect(reply.status).toBe(200);
        continue;
      }
      expect([route.path, reply.status]).toEqual([route.path, 503]);
      expect(reply.headers.get("retry-after")).toBe("60");
      expectMisconfigured(route.path, reply);
      expect(JSON.stringify(reply.body)).not.toContain("AUTH_SECRETS");
    }
    expect((await service("GET", "/no-such-path")).status).toBe(503);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain("AUTH_SECRETS");
    if (value)
      for (const part of value.split(/[:,]/)) {
        if (part.length > 2) expect(log.lines[0]).not.toContain(part);
      }
  });
});

it.each([
  ["ISSUER", "https://auth.example.com/"],
  ["ISSUER", "javascript:alert(1)"],
  ["ISSUER", "https://auth.example.com/tenant"],
  ["AUDIENCE", ""],
  ["PUBLIC_APP_URL", "app.example.com"],
  ["MAIL_FROM", "nobody"],
  ["MAIL_TRANSPORT", "smtp://mail.example"],
  ["MAIL_API_KEY", "two words"],
  ["REGISTRATION", "yes"],
  ["REQUIRE_VERIFIED_EMAIL", "yes"],
  ["ACCESS_TOKEN_TTL", "10m"],
  ["ACCESS_TOKEN_TTL", "0"],
  ["REFRESH_IDLE_TTL", "-1"],
  ["REFRESH_IDLE_TTL", "7776001"],
  ["REFRESH_ABSOLUTE_TTL", "1e6"],
  ["REFRESH_ABSOLUTE_TTL", "0"],
  ["REFRESH_REPLAY_WINDOW", "301"],
  ["AUTHORITY_MAX_AGE", ""],
  ["KEY_ROTATION_INTERVAL", "never"],
  ["KEY_PUBLISH_AHEAD", "599"],
  ["KEY_PUBLISH_AHEAD", "2592000"],
  ["SIGNING_ALG", "HS256"],
  ["SIGNING_ALG", "none"],
  ["PASSWORD_MIN_LENGTH", "7"],
  ["PASSWORD_SCRYPT", "fast"],
  ["BREACH_CHECK_URL", "file:///etc/passwd"],
  ["CORS_ORIGINS", "*"],
  ["CORS_ORIGINS", "https://app.example.com/path"],
  ["CORS_ORIGINS", "null"],
  ["CORS_ORIGINS", "https://*.example.com"],
  ["ACCESS_TOKENS_TTL", "60"],
  ["ISSUER", undefined],
])("%s = %j is refused, and only the log names it", async (name, value) => {
  const reply = await serviceWith({ [name]: value })("GET", "/health/ready");
  expect(reply.status).toBe(503);
  expect(reply.body.code).toBe("misconfigured");
  expect(JSON.stringify(reply.body)).not.toContain(name);
  expect(log.lines).toHaveLength(1);
  expect(JSON.parse(log.lines[0] ?? "").problems).toEqual([
    expect.stringMatching(new RegExp(`^${name}(\\.\\d+)?: .+`)),
  ]);
});

it("every wrong value is named at once", async () => {
  const wrong = { REGISTRATION: "x", SIGNING_ALG: "x", AUTH_SECRETS: "x" };
  await serviceWith(wrong)("GET", "/health/ready");
  const named = JSON.parse(log.lines[0] ?? "").problems.map((line: string) => line.split(":")[0]);
  expect(named.sort()).toEqual(Object.keys(wrong).sort());
});
