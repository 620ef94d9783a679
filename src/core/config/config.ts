import * as z from "zod";
import { type Email, parseEmail } from "../../domain/accounts/email.ts";
import { CLOCK_LEEWAY } from "../../domain/time.ts";
import type { RelyingParty } from "../security/passkeys.ts";
import { parseSecrets, type Secrets } from "../security/secrets.ts";
import "../validation-messages.ts";
import { JWKS_MAX_AGE, KEYS_CRON_INTERVAL, KEYS_MAX_AGE, KV_PROPAGATION } from "./constants.ts";
import { misspelt } from "./misspelt.ts";

/**
 * The longest ACCESS_TOKEN_TTL, in seconds, for which keys are kept: a living token may have been
 * signed under an earlier configuration.
 */
const MAX_ACCESS_TOKEN_TTL = 24 * 60 * 60;

/** Everything that can be set from outside, parsed once. Durations are milliseconds. */
export type Config = {
  readonly issuer: string;
  readonly audience: string;
  readonly publicAppUrl: string;
  readonly mailFrom: Email;
  readonly mailTransport: "binding" | { readonly url: string; readonly apiKey: string };
  readonly registration: "open" | "private" | "closed";
  readonly requireVerifiedEmail: boolean;
  readonly emailCodeSignIn: boolean;
  readonly accessTokenTtl: number;
  readonly refresh: {
    readonly idleTtl: number;
    readonly absoluteTtl: number;
    readonly replayWindow: number;
  };
  readonly authorityMaxAge: number;
  readonly signingKeys: {
    readonly alg: "ES256" | "EdDSA";
    readonly rotationInterval: number;
    readonly publishAhead: number;
    readonly tokenLifetime: number;
  };
  readonly passwordMinLength: number;
  readonly passwordScrypt: "noble" | "native";
  readonly breachCheckUrl: string | null;
  readonly corsOrigins: readonly string[];
  /** How long a sign-in or step-up stands for the password. */
  readonly stepUpMaxAge: number;
  /** Whose passkeys these are. */
  readonly relyingParty: RelyingParty;
  /** Whether an administrator needs two factors. */
  readonly adminRequiresAal2: boolean;
  /** How long events are kept. */
  readonly auditRetention: number;
  /** Which requests have a line in the log. */
  readonly requestLog: "all" | "failures";
  /** Whether replies say where their time went: on a developer's machine alone. */
  readonly serverTiming: boolean;
  readonly secrets: Secrets;
};

const DAY = 24 * 60 * 60;

/** A whole number of seconds, given in milliseconds. A wrong one is not compared with others. */
const seconds = (min: number, max: number, usual: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, { error: "must be a whole number of seconds", abort: true })
    .default(String(usual))
    .transform(Number)
    .pipe(z.number().min(min, { abort: true }).max(max, { abort: true }))
    .transform((value) => value * 1_000);

/**
 * An http(s) address as links are built from it. It must be spelled as URLs are normalised, or
 * nothing that is compared with it would match.
 */
const httpUrl = z.string().refine(isPlainUrl, {
  message:
    "must be an http(s) address in its normal form, without credentials, query, fragment or slash at the end",
});

function isPlainUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host.includes("*")) return false;
  const isNormal = url.href === value || url.href === `${value}/`;
  return isNormal && !/[?#@]|\/$/.test(value);
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** For what must be sent in clear to no other machine than this one. */
function isProtected(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !isPlainUrl(value)) return false;
  return url.protocol === "https:" || LOOPBACK.includes(url.hostname);
}

export const isOnThisMachine = (url: string): boolean =>
  LOOPBACK.includes(URL.parse(url)?.hostname ?? "");

const mailTransport = z.string().refine((value) => value === "binding" || isProtected(value), {
  message: 'must be "binding", or the address of a mail API: https, but for one on this machine',
  abort: true,
});

/** The beginnings of hashes go there. */
const breachList = z.string().refine(isProtected, {
  message: "must be an https address without a slash at the end, but for one on this machine",
});

/** What a header can hold. The value itself never reaches a message. */
const apiKey = z.string().regex(/^[\x21-\x7e]*$/, "must be visible ASCII characters");

/** Scheme, host and port alone: what browsers send as `Origin` (RFC 6454, section 6.2). */
const isOrigin = (value: string): boolean =>
  isPlainUrl(value) && URL.parse(value)?.origin === value;

/**
 * What packaged apps send, such as `capacitor://localhost` or `chrome-extension://<id>`: to URLs
 * their schemes have no origin, browsers write scheme and host all the same.
 */
const isAppOrigin = (value: string): boolean =>
  /^(?!(?:https?|wss?|ftp|file):)[a-z][a-z0-9+.-]*:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/.test(
    value,
  );

const origin = z.string().refine((value) => isOrigin(value) || isAppOrigin(value), {
  message:
    "must be origins, such as https://app.example.com or capacitor://localhost, separated by commas",
});

/** Texts separated by commas. */
const list = (one: z.ZodType<string, string>) =>
  z
    .string()
    .default("")
    .transform((value) => (value.trim() === "" ? [] : value.split(",").map((o) => o.trim())))
    .pipe(z.array(one));

/** A page that browsers give passkeys to, or an app on Android, which is known by its signer. */
const passkeyOrigin = z
  .string()
  .refine(
    (value) =>
      (isOrigin(value) && isSecureContext(value)) || /^android:apk-key-hash:[\w-]{43}$/.test(value),
    {
      message:
        "must be origins, such as https://app.example.com, separated by commas; http only on localhost",
    },
  );

const isSecureContext = (value: string): boolean => {
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || hostname === "localhost";
};

/** In its canonical form: mail is sent from that, whatever letters the domain was typed in. */
const emailAddress = z.string().transform((value, context): Email => {
  const parsed = parseEmail(value);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: "must be a plain e-mail address" });
  return z.NEVER;
});

const secrets = z.string().transform((value, context): Secrets => {
  const parsed = parseSecrets(value);
  if (parsed.ok) return parsed.value;
  // The value itself never reaches a message.
  context.addIssue({ code: "custom", message: `must be real secrets; these are ${parsed.error}` });
  return z.NEVER;
});

const isTrue = (value: "true" | "false"): boolean => value === "true";

const schema = z
  .object({
    // Without a path: RFC 8414, section 3.1, would look for the metadata where we have none.
    ISSUER: z.string().refine(isOrigin, {
      message: "must be an origin, such as https://auth.example.com, without a path",
    }),
    AUDIENCE: z.string().regex(/^[^\s,]+$/, "must be one word"),
    PUBLIC_APP_URL: httpUrl,
    MAIL_FROM: emailAddress,
    MAIL_TRANSPORT: mailTransport.default("binding"),
    MAIL_API_KEY: apiKey.default(""),
    REGISTRATION: z.enum(["open", "private", "closed"]),
    REQUIRE_VERIFIED_EMAIL: z.enum(["true", "false"]).transform(isTrue),
    EMAIL_CODE_SIGN_IN: z.enum(["true", "false"]).default("false").transform(isTrue),
    ACCESS_TOKEN_TTL: seconds(1, MAX_ACCESS_TOKEN_TTL, 600),
    REFRESH_IDLE_TTL: seconds(1, 400 * DAY, 30 * DAY),
    REFRESH_ABSOLUTE_TTL: seconds(1, 400 * DAY, 90 * DAY),
    // Not 0: a call to the user's object that broke off is repeated, with the token just spent.
    REFRESH_REPLAY_WINDOW: seconds(1, 300, 30),
    AUTHORITY_MAX_AGE: seconds(0, DAY, DAY),
    KEY_ROTATION_INTERVAL: seconds(1, 400 * DAY, 30 * DAY),
    KEY_PUBLISH_AHEAD: seconds(1, 100 * DAY, DAY),
    SIGNING_ALG: z.enum(["ES256", "EdDSA"]).default("ES256"),
    PASSWORD_MIN_LENGTH: z
      .string()
      .regex(/^[0-9]+$/, "must be a whole number")
      .default("15")
      .transform(Number)
      .pipe(z.number().min(8).max(64)),
    PASSWORD_SCRYPT: z.enum(["noble", "native"]).default("noble"),
    BREACH_CHECK_URL: z.union([z.literal("").transform(() => null), breachList]).default(null),
    CORS_ORIGINS: list(origin),
    STEP_UP_MAX_AGE: seconds(1, DAY, 600),
    ADMIN_REQUIRES_AAL2: z.enum(["true", "false"]).default("false").transform(isTrue),
    WEBAUTHN_RP_ID: z.string().default(""),
    WEBAUTHN_ORIGINS: list(passkeyOrigin),
    AUDIT_RETENTION: seconds(DAY, 3_650 * DAY, 90 * DAY),
    REQUEST_LOG: z.enum(["all", "failures"]).default("all"),
    SERVER_TIMING: z.enum(["true", "false"]).default("false").transform(isTrue),
    AUTH_SECRETS: secrets,
  })
  .superRefine((vars, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (vars.MAIL_TRANSPORT !== "binding" && vars.MAIL_API_KEY === "") {
      refuse("MAIL_API_KEY", "must be set where MAIL_TRANSPORT is an address");
    }
    if (vars.REFRESH_IDLE_TTL > vars.REFRESH_ABSOLUTE_TTL) {
      refuse("REFRESH_IDLE_TTL", "must not exceed REFRESH_ABSOLUTE_TTL");
    }
    if (vars.ACCESS_TOKEN_TTL > vars.REFRESH_ABSOLUTE_TTL) {
      refuse("ACCESS_TOKEN_TTL", "must not exceed REFRESH_ABSOLUTE_TTL");
    }
    if (vars.REFRESH_REPLAY_WINDOW > vars.REFRESH_IDLE_TTL) {
      refuse("REFRESH_REPLAY_WINDOW", "must not exceed REFRESH_IDLE_TTL");
    }
    // How long a part took may tell whether an account exists (docs/timing.md).
    if (vars.SERVER_TIMING && !isOnThisMachine(vars.ISSUER)) {
      refuse("SERVER_TIMING", "may be true only where ISSUER is an address on this machine");
    }
    const { id, origins } = relyingPartyOf(vars);
    const isGiven = vars.WEBAUTHN_RP_ID !== "" || vars.WEBAUTHN_ORIGINS.length > 0;
    if (isGiven && !isRelyingParty(id)) {
      refuse("WEBAUTHN_RP_ID", "must be a domain, such as example.com, in lower case");
    } else if (isGiven && !origins.some((one) => isUnder(one, id))) {
      // Browsers would refuse every request; those of other domains are asked for it (section 5.11).
      refuse("WEBAUTHN_ORIGINS", `must have a page of ${id}, or of a domain under it`);
    }
    // Verifiers cache the JWKS and KV is slow to tell: a key that signed sooner would be unknown.
    if (vars.KEY_PUBLISH_AHEAD < (JWKS_MAX_AGE + KV_PROPAGATION) * 1_000) {
      refuse("KEY_PUBLISH_AHEAD", `must be at least ${JWKS_MAX_AGE + KV_PROPAGATION}`);
    }
    // The cron must find the time to make the next key, or no interval is ever kept.
    if (vars.KEY_PUBLISH_AHEAD + KEYS_CRON_INTERVAL * 1_000 > vars.KEY_ROTATION_INTERVAL) {
      refuse(
        "KEY_PUBLISH_AHEAD",
        `must be at least ${KEYS_CRON_INTERVAL} less than KEY_ROTATION_INTERVAL`,
      );
    }
  });

type WebAuthnVars = {
  readonly PUBLIC_APP_URL: string;
  readonly WEBAUTHN_RP_ID: string;
  readonly WEBAUTHN_ORIGINS: readonly string[];
};

/** Without a word of it, passkeys are those of the app's own host. */
function relyingPartyOf(vars: WebAuthnVars): RelyingParty {
  const app = URL.parse(vars.PUBLIC_APP_URL);
  return {
    id: vars.WEBAUTHN_RP_ID || (app?.hostname ?? ""),
    origins: vars.WEBAUTHN_ORIGINS.length > 0 ? vars.WEBAUTHN_ORIGINS : [app?.origin ?? ""],
  };
}

/** A domain (WebAuthn 3, section 4), as browsers spell it: no address, no port. */
const isRelyingParty = (id: string): boolean =>
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(id) &&
  !/^[0-9.]+$/.test(id) &&
  URL.parse(`https://${id}`)?.host === id;

function isUnder(origin: string, id: string): boolean {
  const host = URL.parse(origin)?.hostname ?? "";
  return host === id || host.endsWith(`.${id}`);
}

/** Everything that is read from outside, by name. */
export const VARIABLES: readonly string[] = Object.keys(schema.shape);

/** @returns the configuration, or a line for each wrong value that names the variable, never a secret */
export function parseConfig(
  env: object,
): { ok: true; value: Config } | { ok: false; problems: readonly string[] } {
  const parsed = schema.safeParse(env);
  const wrong = parsed.error?.issues ?? [];
  const problems = [
    ...wrong.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    ...misspelt(env, VARIABLES),
  ];
  return parsed.success && problems.length === 0
    ? { ok: true, value: configOf(parsed.data) }
    : { ok: false, problems };
}

function configOf(vars: z.output<typeof schema>): Config {
  return {
    issuer: vars.ISSUER,
    audience: vars.AUDIENCE,
    publicAppUrl: vars.PUBLIC_APP_URL,
    mailFrom: vars.MAIL_FROM,
    mailTransport:
      vars.MAIL_TRANSPORT === "binding"
        ? "binding"
        : { url: vars.MAIL_TRANSPORT, apiKey: vars.MAIL_API_KEY },
    registration: vars.REGISTRATION,
    requireVerifiedEmail: vars.REQUIRE_VERIFIED_EMAIL,
    emailCodeSignIn: vars.EMAIL_CODE_SIGN_IN,
    accessTokenTtl: vars.ACCESS_TOKEN_TTL,
    refresh: {
      idleTtl: vars.REFRESH_IDLE_TTL,
      absoluteTtl: vars.REFRESH_ABSOLUTE_TTL,
      replayWindow: vars.REFRESH_REPLAY_WINDOW,
    },
    authorityMaxAge: vars.AUTHORITY_MAX_AGE,
    signingKeys: {
      alg: vars.SIGNING_ALG,
      rotationInterval: vars.KEY_ROTATION_INTERVAL,
      publishAhead: vars.KEY_PUBLISH_AHEAD,
      tokenLifetime: (MAX_ACCESS_TOKEN_TTL + CLOCK_LEEWAY) * 1_000 + KEYS_MAX_AGE,
    },
    passwordMinLength: vars.PASSWORD_MIN_LENGTH,
    passwordScrypt: vars.PASSWORD_SCRYPT,
    breachCheckUrl: vars.BREACH_CHECK_URL,
    corsOrigins: vars.CORS_ORIGINS,
    stepUpMaxAge: vars.STEP_UP_MAX_AGE,
    relyingParty: relyingPartyOf(vars),
    adminRequiresAal2: vars.ADMIN_REQUIRES_AAL2,
    auditRetention: vars.AUDIT_RETENTION,
    requestLog: vars.REQUEST_LOG,
    serverTiming: vars.SERVER_TIMING,
    secrets: vars.AUTH_SECRETS,
  };
}
