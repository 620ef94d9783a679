import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, newAdmin, newUser, PASSWORD } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";

declare global {
  interface ImportMeta {
    /** Vite's: the files as they were when the tests were built. */
    glob(pattern: string, options: object): Record<string, string>;
  }
}

const sources: Record<string, string> = import.meta.glob("../../../src/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

it("CFW-04 nothing opens a session of D1, so no replica ever answers", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  const opening = Object.entries(sources).filter(([, text]) => /withSession\s*\(/.test(text));
  expect(opening.map(([path]) => path)).toEqual([]);
});

it("CFW-04 whatever is asked over HTTP, D1 is asked for statements and batches alone", async () => {
  const used = new Set<string>();
  const watched = new Proxy(env.DB, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      used.add(String(key));
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const service = serviceWith({ DB: watched });
  const admin = await newAdmin();
  const user = await newUser();
  const token = admin.accessToken;
  await service("POST", "/v1/auth/login", { body: { email: user.email, password: PASSWORD } });
  for (const path of [
    "/v1/users",
    `/v1/users/${user.id}`,
    "/v1/roles",
    "/v1/keys",
    "/health/ready",
  ]) {
    expect((await service("GET", path, { token })).status).toBe(200);
  }
  await service("PATCH", `/v1/users/${user.id}`, { token, body: { name: "Someone" } });
  expect([...used].sort()).toEqual(["batch", "prepare"]);
});

it("CFW-04 what was changed is read at once, by every isolate", async () => {
  const admin = await newAdmin();
  const user = await newUser();
  const isolates = [call, serviceWith({}), serviceWith({})];
  const path = `/v1/users/${user.id}`;
  for (const status of ["disabled", "active", "disabled"]) {
    const changed = await call("PATCH", path, { token: admin.accessToken, body: { status } });
    expect(changed.body.user.status).toBe(status);
    for (const isolate of isolates) {
      const seen = await isolate("GET", path, { token: admin.accessToken });
      expect(seen.body.user.status).toBe(status);
      const login = { body: { email: user.email, password: PASSWORD } };
      const signedIn = await isolate("POST", "/v1/auth/login", login);
      expect(signedIn.status).toBe(status === "active" ? 200 : 403);
    }
  }
});
