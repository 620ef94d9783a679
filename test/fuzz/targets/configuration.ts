import { parseConfig, VARIABLES } from "../../../src/core/config/config.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { objectIn } from "../support/json.ts";
import { assert, assertEqual } from "../support/property.ts";
import { ROOT_SECRETS } from "../support/secrets.ts";

const good = {
  ISSUER: "https://auth.example.com",
  AUDIENCE: "https://api.example.com",
  PUBLIC_APP_URL: "https://app.example.com",
  MAIL_FROM: "no-reply@example.com",
  MAIL_TRANSPORT: "https://mail.example.com/emails",
  MAIL_API_KEY: "re_of_nobody",
  REGISTRATION: "open",
  REQUIRE_VERIFIED_EMAIL: "true",
  CORS_ORIGINS: "https://a.example, capacitor://localhost",
  KEY_ROTATION_INTERVAL: "2592000",
  PASSWORD_MIN_LENGTH: "12",
};

/** A set of vars over a good one: each fault names a variable and quotes no secret. */
export const target: FuzzTarget = {
  seeds: [
    good,
    { REGISTRATON: "open" },
    { AUTH_SECRETS: "v1:short" },
    { ACCESS_TOKEN_TTL: "0" },
  ].map((vars) => JSON.stringify(vars)),
  maxLength: 600,
  holds(input) {
    const vars: Record<string, unknown> = {
      AUTH_SECRETS: ROOT_SECRETS,
      ...good,
      ...objectIn(input),
    };
    const parsed = parseConfig(vars);
    if (parsed.ok) {
      const { issuer, accessTokenTtl, refresh } = parsed.value;
      assertEqual(new URL(issuer).origin, issuer);
      assert(accessTokenTtl <= refresh.absoluteTtl, "tokens outlive their session");
      return "configuration";
    }
    const told = parsed.problems.join("\n");
    assert(parsed.problems.length > 0, "refused without a word");
    for (const name of ["AUTH_SECRETS", "MAIL_API_KEY"]) {
      const secret = vars[name];
      const isLong = typeof secret === "string" && secret.length > 12;
      assert(!isLong || !told.includes(secret), `${name} is quoted`);
    }
    return VARIABLES.filter((name) => told.includes(name)).join();
  },
};
