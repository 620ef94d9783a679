import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/config.ts";
import { someSecret } from "../../support/model-secrets.ts";

const DAY = 86_400;
const secret = someSecret(1);
const good = {
  ISSUER: "https://auth.example.com",
  AUDIENCE: "https://api.example.com",
  PUBLIC_APP_URL: "https://app.example.com",
  MAIL_FROM: "no-reply@example.com",
  MAIL_TRANSPORT: "binding",
  MAIL_API_KEY: "",
  REGISTRATION: "private",
  REQUIRE_VERIFIED_EMAIL: "true",
  ACCESS_TOKEN_TTL: "600",
  REFRESH_IDLE_TTL: String(30 * DAY),
  REFRESH_ABSOLUTE_TTL: String(90 * DAY),
  REFRESH_REPLAY_WINDOW: "30",
  AUTHORITY_MAX_AGE: "86400",
  KEY_ROTATION_INTERVAL: String(30 * DAY),
  KEY_PUBLISH_AHEAD: String(DAY),
  SIGNING_ALG: "ES256",
  PASSWORD_MIN_LENGTH: "15",
  PASSWORD_SCRYPT: "noble",
  BREACH_CHECK_URL: "",
  CORS_ORIGINS: "",
  AUTH_SECRETS: secret,
};
type Name = keyof typeof good | "WEBAUTHN_RP_ID" | "WEBAUTHN_ORIGINS";

const APP = good.PUBLIC_APP_URL;

/** What an installation must say for itself: there is no default, so that a typing error is seen. */
const DECIDING = [
  "ISSUER",
  "AUDIENCE",
  "PUBLIC_APP_URL",
  "MAIL_FROM",
  "REGISTRATION",
  "REQUIRE_VERIFIED_EMAIL",
  "AUTH_SECRETS",
] as const satisfies Name[];

const problemsOf = (env: object): readonly string[] => {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.problems;
};

describe("a good configuration", () => {
  it("is in milliseconds, and typed", () => {
    expect(parseConfig(good)).toMatchObject({
      ok: true,
      value: {
        issuer: "https://auth.example.com",
        requireVerifiedEmail: true,
        accessTokenTtl: 600_000,
        refresh: {
          idleTtl: 30 * DAY * 1_000,
          absoluteTtl: 90 * DAY * 1_000,
          replayWindow: 30_000,
        },
        signingKeys: { alg: "ES256", publishAhead: DAY * 1_000 },
        passwordMinLength: 15,
        breachCheckUrl: null,
        corsOrigins: [],
        secrets: { newest: 1 },
      },
    });
  });

  it("KEY-01 keeps a key published for longer than any token and any copy of it lives", () => {
    const parsed = parseConfig(good);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const { accessTokenTtl, signingKeys } = parsed.value;
    expect(signingKeys.tokenLifetime).toBeGreaterThanOrEqual(accessTokenTtl + 30_000 + 60_000);
  });

  it("needs to say only what decides; the rest has defaults", () => {
    const deciding = Object.fromEntries(DECIDING.map((name) => [name, good[name]]));
    const parsed = parseConfig(deciding);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const { secrets: _, ...expected } = parsed.value;
    expect(parseConfig(good)).toMatchObject({ ok: true, value: expected });
  });

  it.each<[Name, string, object]>([
    ["REQUIRE_VERIFIED_EMAIL", "false", { requireVerifiedEmail: false }],
    [
      "BREACH_CHECK_URL",
      "https://list.example/range",
      { breachCheckUrl: "https://list.example/range" },
    ],
    [
      "CORS_ORIGINS",
      "https://a.example, http://b.example:8080",
      { corsOrigins: ["https://a.example", "http://b.example:8080"] },
    ],
    ["MAIL_FROM", "No-Reply@MÜNCHEN.example", { mailFrom: "no-reply@xn--mnchen-3ya.example" }],
    ["PASSWORD_MIN_LENGTH", "8", { passwordMinLength: 8 }],
    ["WEBAUTHN_RP_ID", "example.com", { relyingParty: { id: "example.com", origins: [APP] } }],
    [
      "WEBAUTHN_ORIGINS",
      `${APP}, https://other.example, android:apk-key-hash:${"a".repeat(43)}`,
      {
        relyingParty: {
          id: "app.example.com",
          origins: [APP, "https://other.example", `android:apk-key-hash:${"a".repeat(43)}`],
        },
      },
    ],
    ["PUBLIC_APP_URL", "https://example.com/app", { publicAppUrl: "https://example.com/app" }],
    ["REFRESH_REPLAY_WINDOW", "1", { refresh: { replayWindow: 1_000 } }],
    ["ISSUER", "http://localhost:8787", { issuer: "http://localhost:8787" }],
    ["MAIL_API_KEY", "re_1", { mailTransport: "binding" }],
  ])("may say %s = %s", (name, value, expected) => {
    expect(parseConfig({ ...good, [name]: value })).toMatchObject({ ok: true, value: expected });
  });
});

it.each([
  "https://api.resend.com/emails",
  "http://localhost:8025/emails",
  "http://127.0.0.1:8025/emails",
  "http://[::1]:8025/emails",
])("mail may go through an HTTP API with a key: %s", (url) => {
  expect(parseConfig({ ...good, MAIL_TRANSPORT: url, MAIL_API_KEY: "re_1" })).toMatchObject({
    ok: true,
    value: { mailTransport: { url, apiKey: "re_1" } },
  });
});

it("without a word of it, passkeys are those of the app's own page", () => {
  const relyingParty = { id: "app.example.com", origins: [APP] };
  expect(parseConfig(good)).toMatchObject({ ok: true, value: { relyingParty } });
  const port = { PUBLIC_APP_URL: "http://localhost:3000/app" };
  const local = { id: "localhost", origins: ["http://localhost:3000"] };
  expect(parseConfig({ ...good, ...port })).toMatchObject({ value: { relyingParty: local } });
});

it("an app without a domain has no passkeys, and is no wrong configuration for that", () => {
  expect(problemsOf({ ...good, PUBLIC_APP_URL: "http://127.0.0.1:3000" })).toEqual([]);
});

it("passkeys of a domain are asked for by one of its pages at least", () => {
  const other = { WEBAUTHN_RP_ID: "example.org" };
  expect(problemsOf({ ...good, ...other })).toEqual([
    "WEBAUTHN_ORIGINS: must have a page of example.org, or of a domain under it",
  ]);
  const both = { ...other, WEBAUTHN_ORIGINS: `https://login.example.org,${APP}` };
  expect(problemsOf({ ...good, ...both })).toEqual([]);
  const local = { WEBAUTHN_RP_ID: "localhost", WEBAUTHN_ORIGINS: "http://localhost:3000" };
  expect(problemsOf({ ...good, ...local })).toEqual([]);
});

describe("a wrong configuration", () => {
  it.each(DECIDING)("names the variable that is missing, if it decides: %s", (name) => {
    const problems = problemsOf({ ...good, [name]: undefined });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${name}: `));
  });

  it.each<[Name, string]>([
    ["ISSUER", "auth.example.com"],
    ["ISSUER", "https://auth.example.com/"],
    ["ISSUER", "ftp://auth.example.com"],
    ["ISSUER", "https://auth.example.com?tenant=1"],
    ["ISSUER", "https://auth.example.com#top"],
    ["ISSUER", "https://user@auth.example.com"],
    ["ISSUER", "https://auth.example.com/tenant"],
    ["ISSUER", "https://auth.example.com:443"],
    ["ISSUER", "https://Auth.example.com"],
    ["ISSUER", "https://*.example.com"],
    ["ISSUER", "https:auth.example.com"],
    ["ISSUER", " https://auth.example.com"],
    ["AUDIENCE", "https://a.example.com,https://b.example.com"],
    ["AUDIENCE", ""],
    ["AUDIENCE", "one two"],
    ...["com.", "EXAMPLE.com", "example.com:8443", "https://example.com", "127.0.0.1", "a b"].map(
      (id): [Name, string] => ["WEBAUTHN_RP_ID", id],
    ),
    ["WEBAUTHN_ORIGINS", "https://other.example"],
    ["WEBAUTHN_ORIGINS", `${APP}/`],
    ["WEBAUTHN_ORIGINS", `${APP},`],
    ["WEBAUTHN_ORIGINS", `${APP},http://app.example.com`],
    ["WEBAUTHN_ORIGINS", `${APP},capacitor://localhost`],
    ["WEBAUTHN_ORIGINS", `${APP},android:apk-key-hash:abc`],
    ["PUBLIC_APP_URL", "javascript:alert(1)"],
    ["PUBLIC_APP_URL", ""],
    ["PUBLIC_APP_URL", "https://app.example.com/"],
    ["PUBLIC_APP_URL", "https://app.example.com/a/../b"],
    ["PUBLIC_APP_URL", "https:\\\\app.example.com"],
    ["PUBLIC_APP_URL", "https://*.example.com"],
    ["MAIL_FROM", "Us <no-reply@example.com>"],
    ["MAIL_FROM", "no-reply@localhost"],
    ["MAIL_FROM", `${"a".repeat(65)}@example.com`],
    ["MAIL_TRANSPORT", "smtp"],
    ["MAIL_TRANSPORT", ""],
    ["MAIL_TRANSPORT", "http://mail.example/emails"],
    ["MAIL_TRANSPORT", "http://localhost.example/emails"],
    ["MAIL_TRANSPORT", "https://mail.example/emails/"],
    ["MAIL_TRANSPORT", "https://user:key@mail.example/emails"],
    ["MAIL_API_KEY", "two words"],
    ["MAIL_API_KEY", "key\r\nx-other: 1"],
    ["CORS_ORIGINS", "https://*.example.com"],
    ["CORS_ORIGINS", "capacitor://*"],
    ["CORS_ORIGINS", "capacitor://localhost/"],
    ["CORS_ORIGINS", "Tauri://localhost"],
    ["CORS_ORIGINS", "file://localhost"],
    ["CORS_ORIGINS", "ws://app.example.com"],
    ["CORS_ORIGINS", "ftp://app.example.com"],
    ["CORS_ORIGINS", "https://app.example.com,"],
    ["CORS_ORIGINS", "https://App.example.com"],
    ["CORS_ORIGINS", "https://app.example.com:443"],
    ["MAIL_FROM", "nobody"],
    ["REGISTRATION", "Open"],
    ["REQUIRE_VERIFIED_EMAIL", "yes"],
    ["ACCESS_TOKEN_TTL", "0"],
    ["ACCESS_TOKEN_TTL", "10m"],
    ["ACCESS_TOKEN_TTL", "600.5"],
    ["ACCESS_TOKEN_TTL", "1e3"],
    ["ACCESS_TOKEN_TTL", "-600"],
    ["ACCESS_TOKEN_TTL", ""],
    ["ACCESS_TOKEN_TTL", String(DAY + 1)],
    ["REFRESH_REPLAY_WINDOW", "0"],
    ["REFRESH_REPLAY_WINDOW", "301"],
    ["REFRESH_IDLE_TTL", String(90 * DAY + 1)],
    ["AUTHORITY_MAX_AGE", "never"],
    ["KEY_PUBLISH_AHEAD", "599"],
    ["KEY_PUBLISH_AHEAD", String(30 * DAY)],
    ["SIGNING_ALG", "HS256"],
    ["SIGNING_ALG", "none"],
    ["PASSWORD_MIN_LENGTH", "7"],
    ["PASSWORD_MIN_LENGTH", "65"],
    ["PASSWORD_MIN_LENGTH", "fifteen"],
    ["PASSWORD_SCRYPT", "bcrypt"],
    ["BREACH_CHECK_URL", "list.example"],
    ["BREACH_CHECK_URL", "http://list.example/range"],
    ["BREACH_CHECK_URL", "https://list.example/range/"],
    ["CORS_ORIGINS", "*"],
    ["CORS_ORIGINS", "null"],
    ["CORS_ORIGINS", "https://a.example/"],
    ["CORS_ORIGINS", "https://a.example,"],
    ["AUTH_SECRETS", ""],
  ])("names the variable that is wrong: %s = %j", (name, value) => {
    const problems = problemsOf({ ...good, [name]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${name}(\\.\\d+)?: `));
  });

  it("names the replay window when it is longer than a session may be idle", () => {
    const problems = problemsOf({ ...good, REFRESH_REPLAY_WINDOW: "30", REFRESH_IDLE_TTL: "29" });
    expect(problems).toEqual([expect.stringMatching(/^REFRESH_REPLAY_WINDOW: /)]);
  });

  it("names the key of the mail API when there is none, and never shows one", () => {
    const MAIL_TRANSPORT = "https://mail.example/emails";
    const missing = [expect.stringMatching(/^MAIL_API_KEY: /)];
    expect(problemsOf({ ...good, MAIL_TRANSPORT })).toEqual(missing);
    expect(problemsOf({ ...good, MAIL_TRANSPORT, MAIL_API_KEY: undefined })).toEqual(missing);
    const problems = problemsOf({ ...good, MAIL_TRANSPORT, MAIL_API_KEY: "re_canary\n" });
    expect(problems).toEqual(missing);
    expect(problems.join()).not.toContain("canary");
  });

  it("names every variable that is wrong", () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.split(":")[0]).sort()).toEqual([...DECIDING].sort());
  });

  it("names what outlives the session that it belongs to", () => {
    const problems = problemsOf({
      ...good,
      ACCESS_TOKEN_TTL: "3601",
      REFRESH_IDLE_TTL: "3600",
      REFRESH_ABSOLUTE_TTL: "3600",
    });
    expect(problems).toEqual([expect.stringMatching(/^ACCESS_TOKEN_TTL: /)]);
  });

  it("names an interval that leaves the cron no time to make the next key", () => {
    const interval = { ...good, KEY_ROTATION_INTERVAL: String(2 * DAY) };
    const ahead = (value: number) => problemsOf({ ...interval, KEY_PUBLISH_AHEAD: String(value) });
    expect(ahead(2 * DAY - 3_600)).toEqual([]);
    expect(ahead(2 * DAY - 3_599)).toEqual([expect.stringMatching(/^KEY_PUBLISH_AHEAD: /)]);
  });

  it.each([
    ["ACESS_TOKEN_TTL", "ACCESS_TOKEN_TTL"],
    ["CORS_ORIGIN", "CORS_ORIGINS"],
    ["PASSWORD_MIN_LENGHT", "PASSWORD_MIN_LENGTH"],
    ["signing_alg", "SIGNING_ALG"],
  ])("names what is nearly a variable, whose default would hold: %s", (name, meant) => {
    const { [meant as Name]: value, ...rest }: Partial<Record<Name, string>> = good;
    const problems = problemsOf({ ...rest, [name]: value });
    expect(problems).toEqual([`${name}: is it ${meant}?`]);
  });

  it("leaves other bindings and secrets alone, which may be there for a later release", () => {
    const more = { OTLP_ENDPOINT: "x", AUTH_SECRETS2: "x", CF_VERSION: {} };
    expect(problemsOf({ ...good, ...more })).toEqual([]);
    const { CORS_ORIGINS: _, ...rest } = good;
    expect(problemsOf({ ...rest, CORS_ORIGIN: { binding: true } })).toEqual([]);
  });

  it.each([
    ["malformed", `${secret}x`],
    ["of which one is malformed", `${secret},v0:hunter2hunter2`],
    ["weak", `v1:${Buffer.from("hunter2hunter2hunter2hunter2hunt").toString("base64url")}`],
    ["the example", "v1:ZXhhbXBsZS1vbmx5LXJlcGxhY2UtdGhpcy1zZWNyZXQ"],
  ])("AUZ-05 never shows a secret that is %s", (_, value) => {
    const [problem = "", ...more] = problemsOf({ ...good, AUTH_SECRETS: value });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^AUTH_SECRETS: /);
    for (const piece of value.split(/[:,]/).filter((text) => text.length > 4)) {
      expect(problem).not.toContain(piece);
    }
    expect(problem).not.toContain("hunter2");
  });
});
