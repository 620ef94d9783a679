import { beforeAll, describe, expect, it } from "vitest";
import { call, newUser } from "../../support/client.ts";
import { accessTo, permissionsFor, routes } from "../../support/matrix.ts";

let bearer: { authorization: string };
beforeAll(async () => {
  bearer = { authorization: `Bearer ${(await newUser()).accessToken}` };
});

/** The status, and how the reply says one is to authenticate (RFC 6750, section 3). */
async function challenged(route: (typeof routes)[number], headers: Record<string, string>) {
  const reply = await call(route.method, route.path, { headers });
  return [reply.status, reply.headers.get("www-authenticate")];
}

const titled = (of: typeof routes) =>
  of.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(titled(routes.filter((route) => accessTo(route) !== "public")))("%s", (_, route) => {
  it("names no error to whoever shows no token", async () => {
    for (const headers of [{}, { authorization: "" }, { authorization: "Basic eDp5" }]) {
      expect(await challenged(route, headers)).toEqual([401, "Bearer"]);
    }
  });

  it("names it to whoever shows one that is no good", async () => {
    for (const authorization of ["Bearer nonsense", "bearer {}"]) {
      const reply = await challenged(route, { authorization });
      expect(reply).toEqual([401, 'Bearer error="invalid_token"']);
    }
  });
});

it.each(titled(routes.filter((route) => permissionsFor(route).length > 0)))(
  "%s says that the token is good and not enough",
  async (_, route) => {
    const reply = await challenged(route, bearer);
    expect(reply).toEqual([403, 'Bearer error="insufficient_scope"']);
  },
);
