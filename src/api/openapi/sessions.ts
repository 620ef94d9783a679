import * as z from "zod";
import { sessionFields, sessionId, time } from "./fields.ts";
import { NOTHING, type Operations } from "./operation.ts";

const tokenFields = {
  access_token: z.string().meta({ description: "A JWT (RFC 9068).", examples: ["eyJ…"] }),
  token_type: z.literal("Bearer"),
  expires_in: z.int().meta({ description: "Seconds.", examples: [600] }),
};

const accessToken = z.object({ ...tokenFields, session_id: sessionId }).meta({ id: "AccessToken" });

const tokens = z
  .object({
    ...tokenFields,
    refresh_token: z
      .string()
      .optional()
      .meta({
        description:
          "For one device alone; each refresh gives the next one. With `transport=cookie` it is in the cookie.",
        examples: ["rt1.AAAA"],
      }),
    refresh_expires_in: z.int().meta({ description: "Seconds.", examples: [2_592_000] }),
    session_id: sessionId,
  })
  .meta({ id: "Tokens" });

const sessions = z
  .object({
    sessions: z.array(
      z.object({
        ...sessionFields,
        current: z.boolean(),
        replayed_elsewhere_at: time.nullable().meta({
          description: "When a token just spent came from another address and agent.",
        }),
      }),
    ),
  })
  .meta({ id: "Sessions" });

export const challenged = z
  .object({
    challenge_token: z.string().meta({ examples: ["ch1.AAAA"] }),
    options: z.record(z.string(), z.unknown()).meta({
      description:
        "For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` (WebAuthn 3, section 5.1).",
    }),
  })
  .meta({ id: "Challenge" });

export const SIGNED_IN = {
  description: "Signed in.",
  body: tokens,
  headers: { "set-cookie": "The refresh token, with `transport=cookie`." },
};
const ASKED = { description: "Ask an authenticator for this.", body: challenged };

export const sessionOperations: Operations = {
  "POST /v1/auth/login": {
    id: "login",
    optional: ["cookie"],
    summary: "Sign in with a password",
    description:
      "With `device`, any refresh token that this device had of the account, the try is not counted with those of strangers.",
    replies: { 200: SIGNED_IN },
    problems: [
      "forbidden",
      "invalid_credentials",
      "account_disabled",
      "email_not_verified",
      "second_factor_required",
      "too_many_requests",
    ],
  },
  "POST /v1/auth/login/second-factor": {
    id: "loginWithSecondFactor",
    summary: "Go on with a second factor",
    description:
      "Within five minutes, once, and not after any change of the account. Exactly one of `totp`, `recovery_code` and `passkey`.",
    examples: {
      totp: { second_factor_token: "sf1.AAAA", totp: "123456" },
      recovery_code: { second_factor_token: "sf1.AAAA", recovery_code: "abcd-efgh-2345-6777" },
    },
    replies: { 200: SIGNED_IN },
    problems: [
      "forbidden",
      "invalid_token",
      "invalid_code",
      "invalid_passkey",
      "account_disabled",
      "email_not_verified",
      "too_many_requests",
    ],
  },
  "POST /v1/auth/login/second-factor/options": {
    id: "secondFactorOptions",
    summary: "Ask for a passkey as the second factor",
    replies: { 200: ASKED },
    problems: [
      "invalid_token",
      "account_disabled",
      "email_not_verified",
      "not_found",
      "too_many_requests",
    ],
  },
  "POST /v1/auth/passkeys/options": {
    id: "passkeyOptions",
    summary: "Ask for a passkey, without a user name",
    replies: { 200: ASKED },
  },
  "POST /v1/auth/passkeys/login": {
    id: "loginWithPasskey",
    summary: "Sign in with a passkey, without a user name",
    replies: { 200: SIGNED_IN },
    problems: [
      "forbidden",
      "invalid_passkey",
      "account_disabled",
      "email_not_verified",
      "second_factor_required",
      "too_many_requests",
    ],
  },
  "POST /v1/auth/email-code/start": {
    id: "startEmailCode",
    summary: "Have a code mailed",
    description: "Where `EMAIL_CODE_SIGN_IN` is on. The reply does not tell who has an account.",
    replies: {
      202: {
        description: "If there is such an account, a code is on its way.",
        body: z
          .object({ flow: z.string().meta({ examples: ["cf1.AAAA"] }) })
          .meta({ id: "CodeFlow" }),
      },
    },
    problems: ["not_found", "too_many_requests"],
  },
  "POST /v1/auth/email-code/finish": {
    id: "finishEmailCode",
    summary: "Sign in with a mailed code",
    replies: { 200: SIGNED_IN },
    problems: [
      "forbidden",
      "invalid_code",
      "account_disabled",
      "second_factor_required",
      "not_found",
      "too_many_requests",
    ],
  },
  "POST /v1/auth/refresh": {
    id: "refresh",
    optional: ["cookie"],
    summary: "Exchange a refresh token",
    description:
      "Repeated within `REFRESH_REPLAY_WINDOW`, the same token gives the same successor.",
    replies: { 200: { ...SIGNED_IN, description: "The next tokens of the session." } },
    problems: ["forbidden", "invalid_refresh_token"],
  },
  "POST /v1/auth/logout": {
    id: "logout",
    optional: ["bearer", "cookie"],
    summary: "Sign out",
    description:
      "By the access token, or by the refresh token in the body or the cookie, or both of one session.",
    replies: { 204: NOTHING },
    problems: ["forbidden", "invalid_token", "invalid_refresh_token"],
  },
  "POST /v1/auth/step-up/options": {
    id: "stepUpOptions",
    summary: "Ask for a passkey of one's own",
    replies: { 200: ASKED },
  },
  "POST /v1/auth/step-up": {
    id: "stepUp",
    summary: "Prove again who one is",
    description:
      "Exactly one of `password`, `totp`, `recovery_code` and `credential`, the last with its `challenge_token`.",
    examples: {
      password: { password: "seven quiet herons by the estuary" },
      totp: { totp: "123456" },
    },
    replies: {
      200: {
        description: "An access token whose `acr` and `auth_time` are of now.",
        body: accessToken,
      },
    },
    problems: ["invalid_credentials", "invalid_code", "invalid_passkey", "too_many_requests"],
  },
  "GET /v1/auth/sessions": {
    id: "listOwnSessions",
    summary: "List one's own sessions",
    replies: { 200: { description: "Those that are open.", body: sessions } },
  },
  "DELETE /v1/auth/sessions/:id": {
    id: "endOwnSession",
    summary: "End a session of one's own",
    replies: { 204: NOTHING },
  },
  "GET /v1/users/:id/sessions": {
    id: "listUserSessions",
    summary: "List the sessions of a user",
    replies: { 200: { description: "Those that are open.", body: sessions } },
  },
  "DELETE /v1/users/:id/sessions": {
    id: "endUserSessions",
    summary: "End every session of a user",
    replies: { 204: NOTHING },
  },
};
