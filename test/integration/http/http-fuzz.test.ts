import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { call, newAdmin, type Options } from "../../support/client.ts";
import { pathOf, queries, segments, shaped, types, wild } from "../../support/fuzz.ts";
import { routes } from "../../support/matrix.ts";
import { expectWellFormed } from "../../support/replies.ts";

let token: string;
beforeAll(async () => {
  token = (await newAdmin()).accessToken;
});

/** Signing the administrator out would end the run; what else they may do is part of it. */
const spares = (path: string) => !path.includes("/auth/logout");

type Request = [method: string, path: string, options: Options, isAdmin: boolean];

const asked = (
  methods: fc.Arbitrary<string>,
  paths: fc.Arbitrary<string>,
  bodies: fc.Arbitrary<string>,
) =>
  fc
    .tuple(methods, paths, queries, bodies, types, fc.boolean())
    .map(([method, path, query, body, type, isAdmin]): Request => {
      const hasBody = method !== "GET" && method !== "HEAD";
      const options = hasBody ? { body, headers: { "content-type": type } } : {};
      const target = query === "" ? path : `${path}?${query}`;
      return [method, target, options, isAdmin && spares(path)];
    });

async function holds([method, path, options, isAdmin]: Request): Promise<void> {
  const reply = await call(method, path, isAdmin ? { ...options, token } : options);
  expectWellFormed(reply);
}

it("API-01 no body, query or parameter of any route brings an exception to light", async () => {
  const request = fc.constantFrom(...routes).chain((route) => {
    const bodies = fc.oneof({ weight: 3, arbitrary: shaped(route) }, wild);
    return asked(fc.constant(route.method), pathOf(route), bodies);
  });
  await fc.assert(fc.asyncProperty(request, holds), { numRuns: 250 });
  expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
});

it("API-01 nor does any method on any path", async () => {
  const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND");
  const known = fc.constantFrom(...routes).chain(pathOf);
  const made = fc.array(segments, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
  await fc.assert(fc.asyncProperty(asked(methods, fc.oneof(known, made), wild), holds), {
    numRuns: 250,
  });
  expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
});

it("API-01 nor does any header", async () => {
  const values = fc.oneof(
    fc.string({ unit: "grapheme-ascii", maxLength: 100 }),
    fc.constantFrom(
      "Bearer",
      "Bearer ",
      "Bearer a.b.c",
      "Basic Og==",
      `Bearer ${"x".repeat(9_000)}`,
    ),
    fc.constantFrom("Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer e30.e30.e30", "Bearer ...."),
  );
  const headers = fc.dictionary(
    fc.constantFrom("authorization", "accept", "origin", "x-request-id", "user-agent", "cookie"),
    values,
  );
  const route = fc.constantFrom(...routes.filter(({ method }) => method === "GET"));
  await fc.assert(
    fc.asyncProperty(route, headers, async ({ method, path }, sent) => {
      expectWellFormed(await call(method, path, { headers: sent }));
    }),
    { numRuns: 150 },
  );
});
