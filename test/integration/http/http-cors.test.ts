import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { call, type Options } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";

const KEYS = "/.well-known/jwks.json";

describe("CORS", () => {
  const allowed = "https://app.example.com";
  const service = serviceWith({ CORS_ORIGINS: `${allowed}, https://other.example.com` });
  const preflight = (ask: typeof call, origin: string) =>
    ask("OPTIONS", "/v1/auth/login", {
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });

  it("lets the configured origins in", async () => {
    const reply = await preflight(service, allowed);
    expect(reply.status).toBe(204);
    expect(reply.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(reply.headers.get("access-control-allow-methods")).toMatch(/\bPOST\b.*\bPATCH\b/);
    expect(reply.headers.get("access-control-allow-headers")).toMatch(/authorization/i);
    expect(reply.headers.get("access-control-max-age")).toBe("600");
    expect(reply.headers.get("vary")).toMatch(/\borigin\b/i);
    const failed = await service("GET", "/v1/users/me", { headers: { origin: allowed } });
    expect(failed.status).toBe(401);
    expect(failed.headers.get("access-control-allow-origin")).toBe(allowed);
  });

  it.each([
    "https://evil.example.com",
    "https://app.example.com.evil.com",
    "http://app.example.com",
    "https://APP.example.com.",
    "null",
    "",
  ])("keeps the origin %j out", async (origin) => {
    for (const ask of [service, call]) {
      const reply = await preflight(ask, origin);
      expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("lets nobody in when no origin is configured", async () => {
    const closed = await preflight(call, allowed);
    expect(closed.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("lets a page send its cookies, which count where the request says so", async () => {
    const open = await preflight(service, allowed);
    expect(open.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it.each(["capacitor://localhost", "tauri://localhost", `chrome-extension://${"a".repeat(32)}`])(
    "lets the packaged app in whose origin is %s",
    async (origin) => {
      const reply = await preflight(serviceWith({ CORS_ORIGINS: origin }), origin);
      expect(reply.headers.get("access-control-allow-origin")).toBe(origin);
    },
  );

  it("a page sees the reply and its request's id, whatever the reply is", async () => {
    const etag = (await service("GET", KEYS)).headers.get("etag") ?? "";
    const large = "x".repeat(17_000);
    const kinds: [number, string, string, Options][] = [
      [200, "GET", KEYS, {}],
      [304, "GET", KEYS, { headers: { "if-none-match": etag } }],
      [304, "HEAD", KEYS, { headers: { "if-none-match": etag } }],
      [400, "POST", "/v1/auth/login", { body: {} }],
      [400, "POST", "/v1/auth/login", { body: "{" }],
      [401, "GET", "/v1/users/me", {}],
      [404, "GET", "/nothing", {}],
      [404, "POST", "/oauth2/nothing", { body: {} }],
      [405, "PUT", "/v1/auth/login", {}],
      [413, "POST", "/v1/auth/login", { body: { email: large } }],
      [415, "POST", "/v1/auth/login", { body: "x", headers: { "content-type": "text/plain" } }],
    ];
    for (const [status, method, path, options] of kinds) {
      const headers = { ...options.headers, origin: allowed };
      const reply = await service(method, path, { ...options, headers });
      const of = `${method} ${path}`;
      expect([of, reply.status]).toEqual([of, status]);
      expect(reply.headers.get("access-control-allow-origin")).toBe(allowed);
      const exposed = reply.headers.get("access-control-expose-headers")?.toLowerCase().split(",");
      for (const name of ["x-request-id", "retry-after", "www-authenticate", "etag", "allow"]) {
        expect(exposed).toContain(name);
      }
      expect(reply.headers.get("x-request-id")).not.toBeNull();
      expect(reply.headers.get("vary")).toMatch(/\borigin\b/i);
    }
  });

  it("an outage and a mistake of ours are seen by the page, too", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const DB = failing(env.DB, () => true);
    const broken = serviceWith({ CORS_ORIGINS: allowed, DB });
    const body = { email: "a@example.com", password: "any password at all" };
    const reply = await broken("POST", "/v1/auth/login", { headers: { origin: allowed }, body });
    expect(reply.status).toBe(503);
    expect(reply.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(reply.headers.get("access-control-expose-headers")).toMatch(/retry-after/i);
    log.mockRestore();
  });

  it("a page may send what the documents tell it to", async () => {
    const reply = await preflight(service, allowed);
    const headers = reply.headers.get("access-control-allow-headers")?.toLowerCase().split(",");
    for (const name of ["authorization", "content-type", "if-none-match", "x-request-id"]) {
      expect(headers).toContain(name);
    }
  });
});
