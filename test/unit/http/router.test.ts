import { TrieRouter } from "hono/router/trie-router";
import { describe, expect, it } from "vitest";
import { RememberingRouter } from "../../../src/api/http/router.ts";

const ROUTES = [
  ["ALL", "*", "middleware"],
  ["GET", "/users", "list"],
  ["POST", "/users", "create"],
  ["GET", "/users/me", "own"],
  ["GET", "/users/:id", "by id"],
  ["GET", "/users/:id/roles", "roles"],
] as const;

const PATHS = ["/users", "/users/me", "/users/ann", "/users/bob/roles", "/nowhere", "/"];
const METHODS = ["GET", "POST", "ALL", "BREW"];

function filled<R extends RememberingRouter<string> | TrieRouter<string>>(router: R): R {
  for (const [method, path, handler] of ROUTES) router.add(method, path, handler);
  return router;
}

describe("the router", () => {
  it.each(METHODS.flatMap((method) => PATHS.map((path) => [method, path] as const)))(
    "finds for %s %s what Hono's finds, at first and again",
    (method, path) => {
      const expected = filled(new TrieRouter<string>()).match(method, path);
      const router = filled(new RememberingRouter<string>());
      expect(router.match(method, path)).toEqual(expected);
      expect(router.match(method, path)).toEqual(expected);
    },
  );

  it("looks a path without a parameter up once", () => {
    const router = filled(new RememberingRouter<string>());
    expect(router.match("GET", "/users/me")).toBe(router.match("GET", "/users/me"));
  });

  it("keeps the parameters of requests apart", () => {
    const router = filled(new RememberingRouter<string>());
    const handlers = (id: string) => router.match("GET", `/users/${id}`)[0].at(-1);
    expect([handlers("ann"), handlers("bob")]).toEqual([
      ["by id", { id: "ann" }],
      ["by id", { id: "bob" }],
    ]);
  });

  it("finds a route that was added after a look-up", () => {
    const router = filled(new RememberingRouter<string>());
    router.match("GET", "/users");
    router.add("ALL", "/users", "late");
    expect(router.match("GET", "/users")[0].map(([handler]) => handler)).toContain("late");
  });
});
