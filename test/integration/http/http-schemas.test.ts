import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, expectInvalid, pathTo } from "../../support/bounded-call.ts";
import { call, newAdmin, type Options } from "../../support/client.ts";
import { routes } from "../../support/matrix.ts";
import { isDescribed, nameOf, routesWith } from "../../support/route-inputs.ts";
import { brokenValues, ROLES, rightValues, SECRET_FIELDS } from "../../support/schema-values.ts";

/** Bytes of a body that are taken. */
const MAX_BODY = 16 * 1_024;

let admin: string;
beforeAll(async () => {
  admin = (await newAdmin()).accessToken;
  for (const name of ROLES) {
    const body = { name, permissions: [] };
    expect((await call("POST", "/v1/roles", { token: admin, body })).status).toBe(201);
  }
});

const asJson = (body: string, token: string | null): Options => ({
  body,
  headers: { "content-type": "application/json" },
  ...(token === null ? {} : { token }),
});

const fullest = (values: readonly Record<string, unknown>[]): Record<string, unknown> =>
  values.toSorted((a, b) => Object.keys(b).length - Object.keys(a).length)[0] ?? {};

it("API-01 every route says what it reads, and is asked below", () => {
  expect(routes.filter((route) => !isDescribed(route)).map(nameOf)).toEqual([]);
});

describe.each(routesWith("body"))("API-01 the body of %s", (_, { route, input: schema }) => {
  const path = pathTo(route);
  const right = fc.sample(rightValues(schema), { numRuns: 20, seed: 1 });

  it("is taken where it is right", async () => {
    // What would end the administrator's own session is asked as nobody.
    const token = /\/auth\/logout|\/users\/me/.test(path) ? null : admin;
    for (const value of right.slice(0, 2)) {
      const { status } = await ask(route.method, path, asJson(JSON.stringify(value), token));
      expect([400, 413, 415]).not.toContain(status);
    }
  });

  it("is refused by its field where one is wrong, and a secret is not repeated", async () => {
    for (const { field, value } of brokenValues(schema, fullest(right))) {
      const json = JSON.stringify(value);
      const reply = await ask(route.method, path, asJson(json, admin));
      const isLarge = new TextEncoder().encode(json).length > MAX_BODY;
      if (isLarge) expect(reply.status).toBe(413);
      else
        expectInvalid(reply, Object.keys(value).length === 0 ? reply.body.errors[0].path : field);
      const secret = SECRET_FIELDS.has(field) ? value[field] : null;
      const isLong = typeof secret === "string" && secret.length > 12;
      if (isLong) expect(JSON.stringify(reply.body)).not.toContain(secret);
    }
  });
});

describe.each(routesWith("query"))("API-01 the query of %s", (_, { route, input: schema }) => {
  const path = pathTo(route);
  const right = fc.sample(rightValues(schema), { numRuns: 20, seed: 1 });
  const asked = (query: string) =>
    ask(route.method, `${path}?${query}`, { token: admin, ...bodyOf(route.method) });
  const written = (value: object) =>
    new URLSearchParams(Object.entries(value).map(([k, v]) => [k, String(v)])).toString();

  it("is taken where it is right", async () => {
    for (const value of path.includes("/logout") ? [] : right.slice(0, 5)) {
      const { status, body } = await asked(written(value));
      // A body that says nothing may be refused, by its own fields.
      const refused = status === 400 ? body.errors.map(({ path }: { path: string }) => path) : [];
      expect(refused.filter((field: string) => field === "" || field in value)).toEqual([]);
    }
  });

  it("is refused by its field where one is wrong", async () => {
    const texts = brokenValues(schema, fullest(right)).filter(
      // A parameter without a name is none.
      ({ field, value }) =>
        field !== "" && typeof value[field] === "string" && value[field].isWellFormed(),
    );
    expect(texts.length).toBeGreaterThan(5);
    for (const { field, value } of texts) expectInvalid(await asked(written(value)), field);
  });

  it("is refused where a parameter is given twice or is no UTF-8", async () => {
    for (const name of Object.keys(fullest(right))) {
      const value = encodeURIComponent(String(fullest(right)[name]));
      expectInvalid(await asked(`${name}=${value}&${name}=${value}`), name);
      for (const damaged of ["%FF", "%C0%80", "%ED%A0%80", "%E0%A4%A", "%", "%00"]) {
        expectInvalid(await asked(`${name}=${value}${damaged}`), name);
      }
    }
  });
});

const bodyOf = (method: string): Options => (method === "GET" ? {} : { body: {} });
