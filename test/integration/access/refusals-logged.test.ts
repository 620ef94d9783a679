import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { call, newUser, type SignedIn } from "../../support/client.ts";

let user: SignedIn;

beforeAll(async () => {
  user = await newUser();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function refusals(ask: () => Promise<{ status: number }>): Promise<unknown[]> {
  const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
  expect((await ask()).status).toBe(403);
  const lines = printed.mock.calls.map(([line]) => JSON.parse(line));
  printed.mockRestore();
  return lines.filter(({ event }) => event === "access_refused");
}

it("a request that is refused leaves a line with who asked for which route", async () => {
  const path = "/v1/roles/somebody%40example.com";
  const lines = await refusals(() =>
    call("DELETE", path, { token: user.accessToken, headers: { "x-request-id": "refused-1" } }),
  );
  expect(lines).toEqual([
    {
      level: "info",
      event: "access_refused",
      requestId: "refused-1",
      method: "DELETE",
      route: "/v1/roles/:name",
      actor: { kind: "user", id: user.id },
    },
  ]);
});

it("so does one whose permission the proxy asks about, and one of a page that may not ask", async () => {
  const check = "/v1/auth/check?permission=orders:delete";
  expect(await refusals(() => call("GET", check, { token: user.accessToken }))).toMatchObject([
    { route: "/v1/auth/check", actor: { kind: "user", id: user.id } },
  ]);
  const headers = { origin: "https://stranger.example", "sec-fetch-site": "cross-site" };
  const refresh = "/v1/auth/refresh?transport=cookie";
  expect(await refusals(() => call("POST", refresh, { headers, body: {} }))).toMatchObject([
    { route: "/v1/auth/refresh", actor: { kind: "anyone" } },
  ]);
});
