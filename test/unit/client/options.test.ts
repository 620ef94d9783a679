import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import {
  createVerifier,
  type RequireAuthOptions,
  requireAuth,
  type VerifyOptions,
} from "../../../src/client/index.ts";
import { CLAIMS, ecSigner, tokenOf } from "../../support/model-tokens.ts";

const INVALID = { ok: false, code: "invalid_request" };
const INVALID_TOKEN = { ok: false, code: "invalid_token" } as const;

/** A binding that remembers what crossed it, and lets everybody in. */
function openBinding() {
  const crossed: unknown[] = [];
  const binding = {
    verify: async (_: string, options: unknown) => {
      crossed.push(options);
      return { ok: true, claims: CLAIMS } as const;
    },
  };
  return { binding, crossed };
}

const offline = () =>
  createVerifier({
    jwksUrl: "https://issuer/jwks.json",
    issuer: "https://issuer",
    audience: "https://api",
    fetch: async () => Response.json({ keys: [] }),
  });

const HUNDRED: string[] = Array(100).fill("a:b");

class Instance {
  readonly permission = "orders:delete";
}

const inherited: unknown = Object.create({ permission: "orders:delete" });

/** What no option may be, and the option that is to blame, if it is one. */
const wrong: [string, unknown, string?][] = [
  ["an unknown key", { scope: "orders:delete" }, "scope"],
  ["a misspelt permission", { permision: "orders:delete" }, "permision"],
  ["a misspelt staleness", { maxStalenes: 0 }, "maxStalenes"],
  ["another case", { maxstaleness: 0 }, "maxstaleness"],
  ["a misspelt key besides a good one", { maxStaleness: 0, permision: "a:b" }, "permision"],
  ["a key that means something to JavaScript", { constructor: "a:b" }, "constructor"],
  ["a key that is a symbol", { [Symbol("permission")]: "a:b" }, "permission"],
  ["an undefined permission", { permission: undefined }, "permission"],
  ["undefined permissions", { permissions: undefined }, "permissions"],
  ["an undefined staleness", { maxStaleness: undefined }, "maxStaleness"],
  ["an undefined audience", { audience: undefined }, "audience"],
  ["a permission of null", { permission: null }, "permission"],
  ["a permission that is a list", { permission: ["orders:delete"] }, "permission"],
  ["an empty permission", { permission: "" }, "permission"],
  ["half a permission", { permission: "orders" }, "permission"],
  ["a permission outside the grammar", { permission: "Orders:Delete" }, "permission"],
  ["a permission that the service could never grant", { permission: "orders:read-" }, "permission"],
  ["permissions that are text", { permissions: "orders:delete" }, "permissions"],
  ["permissions outside the grammar", { permissions: ["orders delete"] }, "permissions"],
  ["an undefined permission in a list", { permissions: ["a:b", undefined] }, "permissions"],
  ["a hole in a list", { permissions: Array(1) }, "permissions"],
  ["an object for a list", { permissions: { 0: "a:b", length: 1 } }, "permissions"],
  ["too many permissions", { permissions: Array(101).fill("a:b") }, "permissions"],
  ["a negative staleness", { maxStaleness: -1 }, "maxStaleness"],
  ["no number", { maxStaleness: Number.NaN }, "maxStaleness"],
  ["an infinite staleness", { maxStaleness: Number.POSITIVE_INFINITY }, "maxStaleness"],
  ["more than a day", { maxStaleness: 86_401 }, "maxStaleness"],
  ["a staleness in text", { maxStaleness: "0" }, "maxStaleness"],
  ["a staleness of another word", { maxStaleness: "Offline" }, "maxStaleness"],
  ["a staleness of null", { maxStaleness: null }, "maxStaleness"],
  ["an empty audience", { audience: "" }, "audience"],
  ["a list of audiences", { audience: ["https://api"] }, "audience"],
  ["null", null],
  ["text", "orders:delete"],
  ["a number", 0],
  ["a list", ["orders:delete"]],
  ["a function", () => ({ permission: "orders:delete" })],
  ["a Map", new Map([["permission", "orders:delete"]])],
  ["an instance of a class", new Instance()],
  ["an object that inherits its options", inherited],
];

describe("requireAuth, where a route is defined", () => {
  it.each<[string, unknown, string?]>([
    ...wrong,
    ["undefined", undefined],
    ["an empty list of permissions", { permissions: [] }, "permissions"],
    ["a verifier of null", { verifier: null }, "verifier"],
    ["an undefined verifier", { verifier: undefined }, "verifier"],
    ["a verifier that cannot verify", { verifier: { verfy: () => INVALID_TOKEN } }, "verifier"],
  ])("refuses %s, and names it", (_, options, name = "options") => {
    const define = () => Reflect.apply(requireAuth, null, [options]);
    expect(define).toThrow(TypeError);
    expect(define).toThrow(name);
    expect(define).toThrow("requireAuth");
  });

  it.each<[RequireAuthOptions, readonly string[]]>([
    [{ permission: "orders:delete" }, ["orders:delete"]],
    [{ permissions: ["orders:delete"] }, ["orders:delete"]],
    [{ permissions: ["orders:read", "*"], permission: "users:*" }, ["orders:read", "*", "users:*"]],
    [{}, []],
  ])("%j asks for all of %j", async (options, permissions) => {
    const { binding, crossed } = openBinding();
    await ask(requireAuth(options), binding);
    expect(crossed).toEqual([{ maxStaleness: "offline", permissions }]);
  });

  it.each<[string, unknown[]]>([
    ["a permission behind the options", [{}, { permission: "a:b" }]],
    ["an undefined argument behind them", [{}, undefined]],
    ["a hundred permissions and one", [{ permissions: HUNDRED, permission: "a:c" }]],
  ])("refuses %s", (_, given) => {
    expect(() => Reflect.apply(requireAuth, null, given)).toThrow(TypeError);
    expect(() => Reflect.apply(requireAuth, null, given)).toThrow("requireAuth");
  });

  it("keeps what it was given then, whatever becomes of it", async () => {
    const { binding, crossed } = openBinding();
    const permissions: [string, ...string[]] = ["orders:delete"];
    const options: Record<string, unknown> = { permissions, maxStaleness: 0 };
    const door: ReturnType<typeof requireAuth> = Reflect.apply(requireAuth, null, [options]);
    permissions.length = 0;
    delete options["permissions"];
    options["maxStaleness"] = "offline";
    await ask(door, binding);
    expect(crossed).toEqual([{ maxStaleness: 0, permissions: ["orders:delete"] }]);
    expect(crossed.every(Object.isFrozen)).toBe(true);
  });
});

/** One request through the door. */
function ask(door: ReturnType<typeof requireAuth>, binding: object) {
  const app = new Hono().get("/", door, (c) => c.text("in"));
  return app.request("/", { headers: { authorization: "Bearer t" } }, { AUTH: binding });
}

describe("the options of verify", () => {
  it.each<[string, unknown[]]>([
    ["undefined, as a rule that was not found", [undefined]],
    ["followed by more", [{}, { permission: "orders:delete" }]],
    ["followed by nothing that is there", [{}, undefined]],
    ["a hundred permissions and one", [{ permissions: HUNDRED, permission: "a:c" }]],
  ])("%s are a mistake of the caller's, alike for both verifiers", async (_, given) => {
    const { binding, crossed } = openBinding();
    for (const verifier of [offline(), createVerifier({ binding })]) {
      const answer: unknown = await Reflect.apply(verifier.verify, verifier, ["a.b.c", ...given]);
      expect(answer).toEqual(INVALID);
    }
    expect(crossed).toEqual([]);
  });

  it("may name a hundred permissions, in whatever way", async () => {
    const { binding, crossed } = openBinding();
    const verifier = createVerifier({ binding });
    const [permission = "", ...permissions] = HUNDRED;
    expect((await verifier.verify("t", { permissions: HUNDRED })).ok).toBe(true);
    expect((await verifier.verify("t", { permissions, permission })).ok).toBe(true);
    expect(crossed).toEqual([{ permissions: HUNDRED }, { permissions: HUNDRED }]);
  });

  it("are frozen before they cross a binding, lists and all", async () => {
    const { binding, crossed } = openBinding();
    const verifier = createVerifier({ binding });
    await verifier.verify("t");
    await verifier.verify("t", { permissions: ["a:b"] });
    await verifier.verify("t", { permissions: ["a:b"], permission: "a:c" });
    const lists = crossed.flatMap((options) => Object.values(Object(options)));
    expect([crossed.length, lists.length]).toEqual([3, 2]);
    expect([...crossed, ...lists].filter((value) => !Object.isFrozen(value))).toEqual([]);
  });

  it.each(wrong)(
    "%s is a mistake of the caller's, alike for both verifiers",
    async (_, options) => {
      const { binding, crossed } = openBinding();
      for (const verifier of [offline(), createVerifier({ binding })]) {
        const answer: unknown = await Reflect.apply(verifier.verify, verifier, ["a.b.c", options]);
        expect(answer).toEqual(INVALID);
      }
      expect(crossed).toEqual([]);
    },
  );

  it("that break when they are read are a mistake, too", async () => {
    const options = Object.defineProperty({}, "permission", {
      get() {
        throw new Error("gone");
      },
    });
    expect(await Reflect.apply(offline().verify, null, ["a.b.c", options])).toEqual(INVALID);
  });

  it.each<[VerifyOptions, VerifyOptions]>([
    [{}, {}],
    [{ permission: "a:b" }, { permissions: ["a:b"] }],
    [{ permissions: ["a:b"] }, { permissions: ["a:b"] }],
    [{ permissions: [] }, { permissions: [] }],
    [{ permission: "a:b", permissions: ["a:c"] }, { permissions: ["a:c", "a:b"] }],
    [
      { maxStaleness: 86_400, audience: "x" },
      { maxStaleness: 86_400, audience: "x" },
    ],
  ])("%j cross a binding as %j", async (options, wire) => {
    const { binding, crossed } = openBinding();
    expect((await createVerifier({ binding }).verify("t", options)).ok).toBe(true);
    expect(crossed).toEqual([wire]);
    expect(await offline().verify("a.b.c", { ...options, maxStaleness: "offline" })).toEqual(
      INVALID_TOKEN,
    );
  });
});

describe("createVerifier", () => {
  const { binding } = openBinding();
  const keySet = { jwksUrl: "https://issuer/jwks", issuer: "https://issuer", audience: "x" };

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options"],
    ["text", "https://issuer/jwks", "options"],
    ["no options at all", {}, "jwksUrl"],
    ["an unknown key", { binding, maxStaleness: 0 }, "maxStaleness"],
    ["a misspelt audience", { ...keySet, audience: undefined, aud: "x" }, "aud"],
    ["a binding that wrangler.toml does not have", { binding: undefined }, "wrangler.toml"],
    ["a binding of null", { binding: null }, "binding"],
    ["a binding that cannot verify", { binding: {} }, "binding"],
    ["both a binding and a key set", { binding, ...keySet }, "jwksUrl"],
    ["a binding with a clock", { binding, clock: () => 0 }, "clock"],
    ["a missing issuer", { jwksUrl: keySet.jwksUrl, audience: "x" }, "issuer"],
    ["an empty issuer", { ...keySet, issuer: "" }, "issuer"],
    ["an undefined audience", { ...keySet, audience: undefined }, "audience"],
    ["a list of audiences", { ...keySet, audience: ["x"] }, "audience"],
    ["a URL object", { ...keySet, jwksUrl: new URL(keySet.jwksUrl) }, "jwksUrl"],
    ["a path", { ...keySet, jwksUrl: "/jwks" }, "jwksUrl"],
    ["another scheme", { ...keySet, jwksUrl: "data:application/json,{}" }, "jwksUrl"],
    ["a fetch that is none", { ...keySet, fetch: {} }, "fetch"],
    ["an undefined clock", { ...keySet, clock: undefined }, "clock"],
    ["a clock that stands still", { ...keySet, clock: 0 }, "clock"],
  ])("refuses %s, and names it", (_, options, name) => {
    const create = () => Reflect.apply(createVerifier, null, [options]);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(name);
  });

  it("refuses what stands behind the options", () => {
    const create = () => Reflect.apply(createVerifier, null, [{ binding }, { permission: "a:b" }]);
    expect(create).toThrow(TypeError);
    expect(create).toThrow("createVerifier");
  });

  it("keeps what it was given then, whatever becomes of it", async () => {
    const asked: string[] = [];
    const options: Record<string, unknown> = {
      ...keySet,
      fetch: async (address: string) => {
        asked.push(address);
        return Response.json({ keys: [] });
      },
    };
    const verifier: ReturnType<typeof createVerifier> = Reflect.apply(createVerifier, null, [
      options,
    ]);
    options["jwksUrl"] = "https://elsewhere/jwks";
    expect(await verifier.verify(tokenOf(ecSigner("key")))).toEqual(INVALID_TOKEN);
    expect(asked).toEqual([keySet.jwksUrl]);
  });
});
