import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { beforeAll, describe, expect, it } from "vitest";
import { access, denyUndeclared } from "../../../src/api/http/access.ts";
import type { AppEnv } from "../../../src/api/http/context.ts";
import { call, client, insertUser, newAdmin, type SignedIn, signIn } from "../../support/client.ts";
import {
  accessTo,
  expectedVerdict,
  harmless,
  type Kind,
  permissions,
  permissionsFor,
  routes,
  verdictOf,
} from "../../support/matrix.ts";
import {
  clientToken,
  newServiceAccount,
  type ServiceAccount,
} from "../../support/service-accounts.ts";

const ROLE = "matrix";
let admin: SignedIn;
let plain: SignedIn;
/** Holds one role, whose permissions the tests change. */
let holder: SignedIn;
/** Tokens of service accounts: one without a role, one with that role, one that may do all. */
let programs: Record<"plain" | "admin", string>;
let programHolder: ServiceAccount;

beforeAll(async () => {
  admin = await newAdmin();
  const made = await call("POST", "/v1/roles", {
    token: admin.accessToken,
    body: { name: ROLE, permissions: [] },
  });
  expect(made.status).toBe(201);
  plain = await signIn((await insertUser(["user"])).email);
  holder = await signIn((await insertUser(["user", ROLE])).email);
  const program = async (...roles: string[]) =>
    clientToken(await newServiceAccount(admin.accessToken, roles));
  programHolder = await newServiceAccount(admin.accessToken, [ROLE]);
  programs = {
    plain: await program(),
    admin: await program("admin"),
  };
});

const wildcard = (permission: string): string => `${permission.split(":")[0]}:*`;

const tampered = (token: string): string => {
  const [header, payload, signature] = token.split(".");
  return `${header}.${payload}.${signature?.split("").reverse().join("")}`;
};

async function holding(held: readonly string[]): Promise<string> {
  const reply = await call("PATCH", `/v1/roles/${ROLE}`, {
    token: admin.accessToken,
    body: { permissions: held },
  });
  expect(reply.status).toBe(200);
  return holder.accessToken;
}

/** A program's tokens of before are refused when its role comes to grant more. */
async function programHolding(held: readonly string[]): Promise<string> {
  await holding(held);
  return clientToken(programHolder);
}

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "AUZ-01 %s",
  (_, route) => {
    const needed = permissionsFor(route);
    const others = permissions.filter((permission) => !needed.includes(permission));
    const callers: [string, Kind, () => string | undefined | Promise<string>][] = [
      ["nobody", "none", () => undefined],
      ["a garbage token", "garbage", () => "garbage"],
      ["a token with another signature", "garbage", () => tampered(admin.accessToken)],
      ["a plain user", { holds: [] }, () => plain.accessToken],
      ["a role with all but what is needed", { holds: others }, () => holding(others)],
      ["an administrator", { holds: ["*"] }, () => admin.accessToken],
      ["a plain program", { holds: [], isProgram: true }, () => programs.plain],
      ["a program with a bad signature", "garbage", () => tampered(programs.admin)],
      [
        "a program with all but what is needed",
        { holds: others, isProgram: true },
        () => programHolding(others),
      ],
      ["a program that may do all", { holds: ["*"], isProgram: true }, () => programs.admin],
    ];
    if (needed.length > 1) {
      for (const one of needed) {
        const rest = permissions.filter((permission) => permission !== one);
        callers.push([`all but ${one}`, { holds: rest }, () => holding(rest)]);
      }
    }
    if (needed.length > 0) {
      const [exactly, all] = [needed, [...new Set(needed.map(wildcard))]];
      callers.push(["exactly what is needed", { holds: exactly }, () => holding(exactly)]);
      callers.push(["the wildcard over it", { holds: all }, () => holding(all)]);
      callers.push([
        "a program with exactly what is needed",
        { holds: exactly, isProgram: true },
        () => programHolding(exactly),
      ]);
    }

    it("begins with its one declaration of access", () => {
      expect(accessTo(route)).not.toBeNull();
      expect(route.declared.filter((declared) => declared !== null)).toHaveLength(1);
    });

    it.each(callers)("gives %s the verdict that it declares", async (_name, kind, tokenOf) => {
      const access = accessTo(route);
      if (access === null) throw new Error("no access declared");
      const [method, path, options] = harmless(route);
      const token = await tokenOf();
      const reply = await call(method, path, token === undefined ? options : { ...options, token });
      expect(verdictOf(reply)).toBe(expectedVerdict(access, kind));
      expect(reply.status).toBeLessThan(500);
    });
  },
);

it("AUZ-01 every permission is asked for by some route, and the public ones are these", () => {
  expect(permissions).toEqual([
    "audit:read",
    "keys:read",
    "keys:rotate",
    "roles:assign",
    "roles:read",
    "roles:write",
    "service-accounts:read",
    "service-accounts:write",
    "sessions:revoke",
    "users:export",
    "users:read",
    "users:write",
  ]);
  const open = routes.filter((route) => accessTo(route) === "public");
  expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    "GET /",
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/openid-configuration",
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "GET /problems/:code",
    "POST /oauth2/introspect",
    "POST /oauth2/revoke",
    "POST /oauth2/token",
    "POST /v1/auth/email-code/finish",
    "POST /v1/auth/email-code/start",
    "POST /v1/auth/email/resend",
    "POST /v1/auth/email/verify",
    "POST /v1/auth/login",
    "POST /v1/auth/login/second-factor",
    "POST /v1/auth/login/second-factor/options",
    "POST /v1/auth/logout",
    "POST /v1/auth/passkeys/login",
    "POST /v1/auth/passkeys/options",
    "POST /v1/auth/password/forgot",
    "POST /v1/auth/password/reset",
    "POST /v1/auth/refresh",
    "POST /v1/auth/register",
  ]);
});

it("AUZ-01 a route that declares no access is refused to everyone", async () => {
  const app = new Hono<AppEnv>()
    .use(requestId())
    .use(denyUndeclared)
    .get("/declared", access("public"), (c) => c.text("served"))
    .get("/forgotten", (c) => c.text("served"))
    .get("/overlapping/forgotten", (c) => c.text("served"))
    .get("/overlapping/:name", access("public"), (c) => c.text("served"));
  const ask = client((request) => app.fetch(request));
  for (const path of ["/declared", "/overlapping/declared"]) {
    expect((await ask("GET", path)).body).toBe("served");
  }
  // The second is reached before a declared route that would take its path as well.
  for (const path of ["/forgotten", "/overlapping/forgotten"]) {
    const refused = await ask("GET", path, { token: admin.accessToken });
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
  }
});

it("AUZ-02 whose account it is comes from the token, never from what was sent", async () => {
  const body = { name: "Mallory", user_id: plain.id };
  const query = `/v1/users/me?user_id=${plain.id}`;
  const headers = { "x-user-id": plain.id, cookie: `user_id=${plain.id}` };
  expect((await call("PATCH", "/v1/users/me", { body, headers })).status).toBe(401);
  expect((await call("GET", query, { headers })).status).toBe(401);
  const token = holder.accessToken;
  const refused = await call("PATCH", "/v1/users/me", { token, body, headers });
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toMatchObject([{ path: "user_id" }]);
  expect((await call("GET", query, { token, headers })).body.user.id).toBe(holder.id);
  const kept = await call("GET", "/v1/users/me", { token: plain.accessToken });
  expect(kept.body.user.name).toBeNull();
});
