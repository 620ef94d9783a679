import { RpcTarget } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AuthAdminRpc, AuthRpc } from "../../../src/index.ts";
import { capturedLog } from "../../support/canaries.ts";
import { newUser, type SignedIn } from "../../support/client.ts";
import { adminRpc, invoke, rpc, rpcWith } from "../../support/rpc.ts";

const INVALID = { ok: false, code: "invalid_request" };

let user: SignedIn;
beforeAll(async () => {
  user = await newUser();
});

/** What RPC carries and is neither text nor a record. */
const strangers: [string, unknown][] = [
  ["null", null],
  ["a number", 0],
  ["a bigint", 1n],
  ["true", true],
  ["an array", []],
  ["a function", () => "offline"],
  ["a live object", new (class extends RpcTarget {})()],
  ["a Date", new Date(0)],
  ["a Map", new Map([["maxStaleness", 0]])],
  ["a Set", new Set([0])],
  ["a RegExp", /x/],
  ["an Error", new Error("x")],
  ["bytes", new Uint8Array(3)],
  ["a buffer", new ArrayBuffer(3)],
];

it.each([...strangers, ["nothing", undefined], ["a record", { token: "x" }]])(
  "%s is no token",
  async (_, token) => {
    expect(await rpc.verify(token)).toEqual(INVALID);
    expect(await rpc.authorize(token, "users:read")).toEqual(INVALID);
  },
);

it.each([...strangers, ["text", "offline"]])("%s is no options", async (_, options) => {
  expect(await rpc.verify(user.accessToken, options)).toEqual(INVALID);
  expect(await rpc.authorize(user.accessToken, "users:read", options)).toEqual(INVALID);
});

it.each([
  ...strangers,
  ["nothing", undefined],
  ["no permission", ""],
  ["half of one", "users"],
  ["another half", ":read"],
  ["three parts", "users:read:all"],
  ["upper case", "Users:read"],
  ["a space", "users:read "],
  ["a list", ["users:read"]],
])("%s is no permission", async (_, permission) => {
  expect(await rpc.authorize(user.accessToken, permission)).toEqual(INVALID);
  const inList = await rpc.verify(user.accessToken, { permissions: [permission] });
  expect(inList).toEqual(INVALID);
});

it.each([
  -1,
  -0.001,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  86_401,
  "0",
  "60",
  "Offline",
  "online",
  "",
  null,
  true,
  [0],
  0n,
  new Date(0),
])("a maxStaleness of %s is refused, whatever the token", async (maxStaleness) => {
  for (const token of [user.accessToken, "garbage"]) {
    expect(await rpc.verify(token, { maxStaleness })).toEqual(INVALID);
    expect(await rpc.authorize(token, "users:read", { maxStaleness })).toEqual(INVALID);
  }
});

it.each<[string, unknown]>([
  ["an unknown key", { freshness: 0 }],
  ["a known key in another case", { maxstaleness: 0 }],
  ["an unknown key besides known ones", { maxStaleness: 0, permission: "users:read" }],
  ["a key that means something to JavaScript", { constructor: 0 }],
  ["an empty audience", { audience: "" }],
  ["a list of audiences", { audience: ["http://localhost:8787"] }],
  ["an audience of null", { audience: null }],
  ["permissions that are no list", { permissions: "users:read" }],
  ["permissions that are an object", { permissions: { 0: "users:read", length: 1 } }],
  ["more permissions than anyone needs", { permissions: Array(101).fill("users:read") }],
  ["an undefined staleness", { maxStaleness: undefined }],
  ["an undefined audience", { audience: undefined }],
  ["undefined permissions", { permissions: undefined }],
])("options with %s are refused", async (_, options) => {
  expect(await rpc.verify(user.accessToken, options)).toEqual(INVALID);
  expect(await rpc.authorize(user.accessToken, "users:read", options)).toEqual(INVALID);
});

it.each<[string, unknown[]]>([
  ["undefined options, as a rule that was not found", [undefined]],
  ["undefined options and more", [undefined, { maxStaleness: 0 }]],
  ["something behind the options", [{}, { permissions: ["users:read"] }]],
  ["nothing that is there behind them", [{}, undefined]],
])("arguments are counted, and refused: %s", async (_, given) => {
  const { accessToken } = user;
  expect(await invoke(rpc, "verify", accessToken, ...given)).toEqual(INVALID);
  const authorized = await invoke(rpc, "authorize", accessToken, "users:read", ...given);
  expect(authorized).toEqual(INVALID);
});

it("a key that is a symbol is refused where it arrives", async () => {
  const direct = rpcWith({});
  const options = { [Symbol("permissions")]: ["users:read"] };
  expect(await direct.verify(user.accessToken, options)).toEqual(INVALID);
  expect(await direct.authorize(user.accessToken, "users:read", options)).toEqual(INVALID);
});

it("authorize asks for a hundred permissions at most, its own among them", async () => {
  const { accessToken } = user;
  const some = (count: number) => ({ permissions: Array(count).fill("users:read") });
  const refused = { ok: false, code: "forbidden" };
  expect(await rpc.authorize(accessToken, "users:read", some(99))).toEqual(refused);
  expect(await rpc.authorize(accessToken, "users:read", some(100))).toEqual(INVALID);
});

it.each<[string, unknown]>([
  ["empty ones", {}],
  ["offline", { maxStaleness: "offline" }],
  ["zero", { maxStaleness: 0 }],
  ["negative zero", { maxStaleness: -0 }],
  ["part of a second", { maxStaleness: 0.5 }],
  ["a day", { maxStaleness: 86_400 }],
  ["no permission in particular", { permissions: [] }],
])("options are good: %s", async (_, options) => {
  expect((await rpc.verify(user.accessToken)).ok).toBe(true);
  expect((await rpc.verify(user.accessToken, options)).ok).toBe(true);
});

it("jwks takes no arguments, and looks at none", async () => {
  expect(await invoke(rpc, "jwks", { keys: [] }, 1)).toMatchObject({ ok: true });
});

/** Everything on the way to Object, which is what RPC would reach. */
const methodsOf = (entrypoint: { readonly prototype: object }): string[] =>
  Reflect.ownKeys(entrypoint.prototype).map(String).sort();

it("AUZ-01 the entrypoints offer exactly these methods", () => {
  expect(methodsOf(AuthRpc)).toEqual(["authorize", "constructor", "jwks", "verify"]);
  expect(methodsOf(AuthAdminRpc)).toEqual([
    "assignRole",
    "constructor",
    "createUser",
    "deleteUser",
    "disableUser",
    "endSessions",
    "removeRole",
  ]);
});

let log: ReturnType<typeof capturedLog>;
beforeAll(() => {
  log = capturedLog();
});
afterAll(() => log.stop());

it.each([
  "env",
  "ctx",
  "fetch",
  "connect",
  "alarm",
  "scheduled",
  "queue",
  "tail",
  "dup",
  "constructor",
  "__proto__",
  "answer",
  "services",
  "call",
  "#call",
  "#changeRole",
  "_call",
  "createUser",
  "deleteUser",
])("AUZ-01 nothing answers to %s", async (name) => {
  const all = { caller: "test", permissions: ["*"] };
  await expect(async () => invoke(rpc, name, "http://x/")).rejects.toThrow();
  if (!methodsOf(AuthAdminRpc).includes(name) || name === "constructor") {
    await expect(async () => invoke(adminRpc(all), name, "http://x/")).rejects.toThrow();
  }
});
