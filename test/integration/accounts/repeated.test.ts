import { beforeAll, describe, expect, it } from "vitest";
import endpoints from "../../../docs/endpoints.md?raw";
import { newAuthenticator } from "../../support/authenticator.ts";
import {
  call,
  freshEmail,
  insertUser,
  newAdmin,
  newUser,
  type Options,
  PASSWORD,
  type Reply,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { mailTo } from "../../support/inbox.ts";
import { routes } from "../../support/matrix.ts";
import { answerTo, challengeAnyone, newWithPasskey, PASSKEYS } from "../../support/passkeys.ts";
import { firstFactor, newEnrolled, SECOND } from "../../support/second-factors.ts";
import { basic, form, newServiceAccount } from "../../support/service-accounts.ts";
import { codeOf } from "../../support/totp.ts";

type Request = readonly [method: string, path: string, options: Options];

let admin: SignedIn;
beforeAll(async () => {
  admin = await newAdmin();
});

/** The rows of the table: request, and what comes back again. */
const table = new Map(
  [...endpoints.matchAll(/^\| `(\w+ \/[^`?]*)` \| (\d[^|]*) \|/gm)].map(([, request, again]) => [
    request ?? "",
    again ?? "",
  ]),
);

const send = ([method, path, options]: Request): Promise<Reply> => call(method, path, options);

const asAdmin = (method: string, path: string, body?: unknown): Request => [
  method,
  path,
  { token: admin.accessToken, ...(body === undefined ? {} : { body }) },
];

let serial = 0;
async function newRole(): Promise<string> {
  const name = `repeated-${++serial}`;
  await send(asAdmin("POST", "/v1/roles", { name, permissions: ["a:b"] }));
  return name;
}

const newPassword = "another horse, battery and staple";

/** A request that does something, for each row. */
const REQUESTS: Record<string, () => Promise<Request>> = {
  "POST /v1/auth/register": async () => [
    "POST",
    "/v1/auth/register",
    { body: { email: freshEmail(), password: PASSWORD } },
  ],
  "POST /v1/auth/login": async () => {
    const { email } = await insertUser(["user"]);
    return ["POST", "/v1/auth/login", { body: { email, password: PASSWORD } }];
  },
  "POST /v1/auth/login/second-factor": async () => {
    const user = await newEnrolled();
    const body = { second_factor_token: await firstFactor(user), totp: codeOf(user.secret) };
    return ["POST", SECOND, { body }];
  },
  "POST /v1/auth/login/second-factor/options": async () => {
    const body = { second_factor_token: await firstFactor(await newWithPasskey()) };
    return ["POST", `${SECOND}/options`, { body }];
  },
  "POST /v1/auth/passkeys/options": async () => ["POST", "/v1/auth/passkeys/options", {}],
  "POST /v1/auth/passkeys/login": async () => {
    const { authenticator } = await newWithPasskey();
    const body = await answerTo(await challengeAnyone(), authenticator);
    return ["POST", "/v1/auth/passkeys/login", { body }];
  },
  "POST /v1/auth/step-up/options": async () => {
    const { accessToken: token } = await newWithPasskey();
    return ["POST", "/v1/auth/step-up/options", { token }];
  },
  "POST /v1/auth/step-up": async () => {
    const { accessToken: token, secret } = await newEnrolled();
    return ["POST", "/v1/auth/step-up", { token, body: { totp: codeOf(secret) } }];
  },
  "POST /v1/users/me/factors/totp": async () => {
    const { accessToken: token } = await newUser();
    return ["POST", "/v1/users/me/factors/totp", { token, body: {} }];
  },
  "POST /v1/users/me/factors/totp/{id}/confirm": async () => {
    const { accessToken: token } = await newUser();
    const { body } = await call("POST", "/v1/users/me/factors/totp", { token, body: {} });
    const path = `/v1/users/me/factors/totp/${body.id}/confirm`;
    return ["POST", path, { token, body: { code: codeOf(body.secret) } }];
  },
  "POST /v1/users/me/factors/passkeys/options": async () => {
    const { accessToken: token } = await newUser();
    return ["POST", `${PASSKEYS}/options`, { token, body: {} }];
  },
  "POST /v1/users/me/factors/passkeys": async () => {
    const { accessToken: token } = await newUser();
    const { body: asked } = await call("POST", `${PASSKEYS}/options`, { token, body: {} });
    const credential = await (await newAuthenticator()).create(asked.options);
    const { challenge_token } = asked;
    return ["POST", PASSKEYS, { token, body: { challenge_token, credential, name: "Key" } }];
  },
  "PATCH /v1/users/me/factors/{id}": async () => {
    const { accessToken: token, factor } = await newWithPasskey();
    return ["PATCH", `/v1/users/me/factors/${factor}`, { token, body: { name: "Blue" } }];
  },
  "POST /v1/users/me/factors/recovery-codes": async () => {
    const { accessToken: token } = await newEnrolled();
    return ["POST", "/v1/users/me/factors/recovery-codes", { token, body: {} }];
  },
  "DELETE /v1/users/me/factors/{id}": async () => {
    const { accessToken: token, factor } = await newEnrolled();
    return ["DELETE", `/v1/users/me/factors/${factor}`, { token, body: {} }];
  },
  "DELETE /v1/users/{id}/factors": async () => {
    const [{ id }, { accessToken: token }] = [
      await newEnrolled(),
      await newEnrolled(await newAdmin()),
    ];
    return ["DELETE", `/v1/users/${id}/factors`, { token }];
  },
  "POST /v1/auth/email-code/start": async () => [
    "POST",
    "/v1/auth/email-code/start",
    { body: { email: freshEmail() } },
  ],
  "POST /v1/auth/email-code/finish": async () => {
    const { email } = await insertUser(["user"]);
    const started = await call("POST", "/v1/auth/email-code/start", { body: { email } });
    const { code } = await mailTo(email);
    return ["POST", "/v1/auth/email-code/finish", { body: { flow: started.body.flow, code } }];
  },
  "POST /v1/auth/password/forgot": async () => [
    "POST",
    "/v1/auth/password/forgot",
    { body: { email: freshEmail() } },
  ],
  "POST /v1/auth/password/reset": async () => {
    const { email } = await insertUser(["user"]);
    await call("POST", "/v1/auth/password/forgot", { body: { email } });
    const { token } = await mailTo(email);
    return ["POST", "/v1/auth/password/reset", { body: { token, password: newPassword } }];
  },
  "POST /v1/auth/email/resend": async () => [
    "POST",
    "/v1/auth/email/resend",
    { body: { email: freshEmail() } },
  ],
  "POST /v1/auth/email/verify": async () => {
    const { email } = await insertUser(["user"], freshEmail(), { verified: false });
    await call("POST", "/v1/auth/email/resend", { body: { email } });
    const { token } = await mailTo(email);
    return ["POST", "/v1/auth/email/verify", { body: { token, password: PASSWORD } }];
  },
  "POST /v1/users/me/email": async () => [
    "POST",
    "/v1/users/me/email",
    { token: (await newUser()).accessToken, body: { password: PASSWORD, email: freshEmail() } },
  ],
  "POST /v1/auth/refresh": async () => [
    "POST",
    "/v1/auth/refresh",
    { body: { refresh_token: (await newUser()).refreshToken } },
  ],
  "POST /v1/auth/logout": async () => [
    "POST",
    "/v1/auth/logout",
    { body: { refresh_token: (await newUser()).refreshToken } },
  ],
  "DELETE /v1/auth/sessions/{id}": async () => {
    const user = await newUser();
    const { sessionId } = await signIn(user.email);
    return ["DELETE", `/v1/auth/sessions/${sessionId}`, { token: user.accessToken }];
  },
  "PATCH /v1/users/me": async () => [
    "PATCH",
    "/v1/users/me",
    { token: (await newUser()).accessToken, body: { name: "Ada" } },
  ],
  "DELETE /v1/users/me": async () => [
    "DELETE",
    "/v1/users/me",
    { token: (await newUser()).accessToken, body: { password: PASSWORD } },
  ],
  "POST /v1/users/me/password": async () => [
    "POST",
    "/v1/users/me/password",
    {
      token: (await newUser()).accessToken,
      body: { current_password: PASSWORD, new_password: newPassword },
    },
  ],
  "POST /v1/users": async () => asAdmin("POST", "/v1/users", { email: freshEmail() }),
  "PATCH /v1/users/{id}": async () =>
    asAdmin("PATCH", `/v1/users/${(await insertUser(["user"])).id}`, { status: "disabled" }),
  "DELETE /v1/users/{id}": async () =>
    asAdmin("DELETE", `/v1/users/${(await insertUser(["user"])).id}`),
  "PUT /v1/users/{id}/roles/{role}": async () =>
    asAdmin("PUT", `/v1/users/${(await insertUser(["user"])).id}/roles/admin`),
  "DELETE /v1/users/{id}/roles/{role}": async () =>
    asAdmin("DELETE", `/v1/users/${(await insertUser(["user", "admin"])).id}/roles/admin`),
  "DELETE /v1/users/{id}/sessions": async () =>
    asAdmin("DELETE", `/v1/users/${(await newUser()).id}/sessions`),
  "POST /v1/roles": async () =>
    asAdmin("POST", "/v1/roles", { name: `repeated-${++serial}`, permissions: [] }),
  "PATCH /v1/roles/{name}": async () =>
    asAdmin("PATCH", `/v1/roles/${await newRole()}`, { permissions: ["a:b", "c:d"] }),
  "DELETE /v1/roles/{name}": async () => asAdmin("DELETE", `/v1/roles/${await newRole()}`),
  "POST /v1/service-accounts": async () =>
    asAdmin("POST", "/v1/service-accounts", { name: "twice" }),
  "PATCH /v1/service-accounts/{id}": async () =>
    asAdmin("PATCH", await pathOfProgram(), { status: "disabled" }),
  "DELETE /v1/service-accounts/{id}": async () => asAdmin("DELETE", await pathOfProgram()),
  "POST /v1/service-accounts/{id}/secrets": async () =>
    asAdmin("POST", `${await pathOfProgram()}/secrets`),
  "DELETE /v1/service-accounts/{id}/secrets/{secret}": async () => {
    const path = `${await pathOfProgram()}/secrets`;
    const { secrets } = (await send(asAdmin("GET", path))).body;
    return asAdmin("DELETE", `${path}/${secrets[0].id}`);
  },
  "PUT /v1/service-accounts/{id}/roles/{role}": async () =>
    asAdmin("PUT", `${await pathOfProgram()}/roles/${await newRole()}`),
  "DELETE /v1/service-accounts/{id}/roles/{role}": async () => {
    const role = await newRole();
    return asAdmin("DELETE", `${await pathOfProgram(role)}/roles/${role}`);
  },
  "POST /v1/keys/rotate": async () => asAdmin("POST", "/v1/keys/rotate", {}),
  "POST /oauth2/token": async () => asProgram("token", { grant_type: "client_credentials" }),
  "POST /oauth2/introspect": async () => asProgram("introspect", { token: admin.accessToken }),
  "POST /oauth2/revoke": async () => [
    "POST",
    "/oauth2/revoke",
    form({ client_id: "first-party", token: (await newUser()).refreshToken }),
  ],
};

const pathOfProgram = async (...roles: string[]) =>
  `/v1/service-accounts/${(await newServiceAccount(admin.accessToken, roles)).id}`;

async function asProgram(endpoint: string, fields: Record<string, string>): Promise<Request> {
  const client = await newServiceAccount(admin.accessToken);
  return ["POST", `/oauth2/${endpoint}`, form(fields, basic(client))];
}

it("the table of what happens when a request is repeated has a row for each that is none to read", () => {
  const writing = routes
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect([...table.keys()].sort()).toEqual(writing.sort());
  expect(Object.keys(REQUESTS).sort()).toEqual(writing);
});

describe("a request that was done, sent again, is answered as the table says:", () => {
  it.each(Object.entries(REQUESTS))("%s", async (name, make) => {
    const request = await make();
    const first = await send(request);
    expect(first.status).toBeLessThan(300);
    const again = await send(request);
    const code = again.status < 400 ? "" : ` \`${again.body.code}\``;
    const told = table.get(name) ?? "";
    expect(told.startsWith(String(again.status))).toBe(true);
    // A 404 is not_found, which needs no saying.
    if (again.status !== 404) expect(`${told};`).toContain(`${again.status}${code}`);
  });
});

describe("sent again", () => {
  it("a sign-in makes a further session, which shows", async () => {
    const { email, accessToken } = await newUser();
    await signIn(email);
    const { body } = await call("GET", "/v1/auth/sessions", { token: accessToken });
    expect(body.sessions).toHaveLength(2);
  });

  it("signing out by access token is 401, and everywhere by a refresh token that is dead, too", async () => {
    const user = await newUser();
    const out = () => call("POST", "/v1/auth/logout", { token: user.accessToken });
    expect([(await out()).status, (await out()).body.code]).toEqual([204, "invalid_token"]);
    const body = { refresh_token: user.refreshToken };
    const everywhere = await call("POST", "/v1/auth/logout?scope=global", { body });
    expect(everywhere.body.code).toBe("invalid_refresh_token");
  });

  it("the making of a program makes a second, and the older is the one whose secret was lost", async () => {
    const name = `twice ${++serial}`;
    const made = () => send(asAdmin("POST", "/v1/service-accounts", { name }));
    const [lost, kept] = [await made(), await made()];
    const { service_accounts: all } = (await send(asAdmin("GET", "/v1/service-accounts"))).body;
    const ids = all.filter((one: { name: string }) => one.name === name);
    expect(ids.map(({ id }: { id: string }) => id).sort()).toEqual(
      [lost.body.client_id, kept.body.client_id].sort(),
    );
    expect(lost.body.service_account.created_at <= kept.body.service_account.created_at).toBe(true);
  });

  it("a rotation of the signing key makes no further key", async () => {
    const rotate = async () => (await send(asAdmin("POST", "/v1/keys/rotate", {}))).body.keys;
    expect(await rotate()).toEqual(await rotate());
  });

  it("a raise does not say again which secrets it ended", async () => {
    const path = await pathOfProgram();
    await send(asAdmin("PATCH", path, { status: "disabled" }));
    const enable = async () => (await send(asAdmin("PATCH", path, { status: "active" }))).body;
    await enable();
    expect(await enable()).not.toHaveProperty("ended_secrets");
  });
});
