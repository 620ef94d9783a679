import { describe, expect, it } from "vitest";
import { call } from "../support/client.ts";
import { serviceWith } from "../support/faults.ts";

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

  it("lets nobody in when no origin is configured, and credentials never", async () => {
    const closed = await preflight(call, allowed);
    expect(closed.headers.get("access-control-allow-origin")).toBeNull();
    const open = await preflight(service, allowed);
    expect(open.headers.get("access-control-allow-credentials")).toBeNull();
  });
});
