import type { ContentfulStatusCode } from "hono/utils/http-status";
import {
  MAX_FACTORS,
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_ROLES_PER_PRINCIPAL,
  MAX_WRITTEN_RIGHTS,
} from "../../domain/limits.ts";

type Problem = {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What happened. CommonMark, of which only code is used. */
  readonly explanation: string;
  /** What a client does about it. */
  readonly client: string;
  /** What an operator does, where there is something to do. */
  readonly operator?: string;
};

/**
 * The catalogue of problems (RFC 9457): what can go wrong over HTTP, by code. Codes are part of
 * the public contract; each is explained at `{ISSUER}/problems/{code}`.
 */
export const PROBLEMS = {
  invalid_request: {
    status: 400,
    title: "The request is not valid.",
    explanation:
      "A field is missing, is not known or has a value that is not allowed; nothing was done.",
    client: "Correct each field that `errors` names, and send the request again.",
  },
  invalid_credentials: {
    status: 401,
    title: "The credentials are not right.",
    explanation:
      "The address or the password is wrong. The reply is the same for every reason, so that it does not tell whether an account exists.",
    client:
      "Ask for the password again. Whoever forgot it asks for a link at `POST /v1/auth/password/forgot`.",
    operator:
      "Many of them for one address are guesses: `sign_in.failed` in the audit trail counts them.",
  },
  invalid_token: {
    status: 401,
    title: "The token is missing or no longer good.",
    explanation:
      "No access token was sent as `Authorization: Bearer …`, or it has expired, or its session has ended. A token from a mail works once and for a time, and not after any other change of the account.",
    client:
      "Refresh the access token; where that fails, sign in again. Begin the sign-in anew, where it was a `second_factor_token`; ask for another mail, where it came in one.",
    operator:
      "If every token is refused at once, look at `ISSUER`, `AUDIENCE` and the key set: all three must be those that the tokens were made under.",
  },
  invalid_refresh_token: {
    status: 401,
    title: "The refresh token is no longer good.",
    explanation: "Its session has ended, or it was used before.",
    client: "Sign in again. Send a refresh token once, and after a lost reply the same one again.",
    operator:
      "Where `refresh.reused` stands in the audit trail, somebody used a token that was spent: a copy.",
  },
  invalid_code: {
    status: 401,
    title: "The code is not right.",
    explanation:
      "The code is wrong, was used before, is too old or of another sign-in. A mailed code works for ten minutes and five tries. The reply is the same for every reason, so that it does not tell whether an account exists.",
    client: "Ask for the code again, or begin anew for another one.",
    operator:
      "If an authenticator is never right, the clock of the device is wrong. Whoever lost it is let in by `DELETE /v1/users/{id}/factors`.",
  },
  invalid_passkey: {
    status: 401,
    title: "The passkey is not accepted.",
    explanation:
      "The challenge is over, was answered before or is of another sign-in, or the authenticator's answer does not verify, or it was only touched where it must know its owner (by a PIN or a finger). The reply is the same for every reason, so that it does not tell whether an account exists.",
    client: "Ask for new options, and let the browser ask again.",
    operator:
      "If no passkey is right, look at `WEBAUTHN_RP_ID` and `WEBAUTHN_ORIGINS`; the log says `passkey_refused` with the reason.",
  },
  insufficient_user_authentication: {
    status: 401,
    title: "The session proves too little for this.",
    explanation:
      "The token is good, but the sign-in was too long ago, or showed one factor where two are asked for.",
    client:
      "Step up at `POST /v1/auth/step-up`, to the level in `acr_values`, and repeat the request with the token that you get. Where the request takes a password, that may do.",
  },
  second_factor_required: {
    status: 403,
    title: "A second factor is asked for.",
    explanation: "The first factor was right, and the account has a second one.",
    client:
      "Ask for one of `factors`, and send it with `second_factor_token` to `POST /v1/auth/login/second-factor` within five minutes.",
    operator: "Whoever lost every factor is let in by `DELETE /v1/users/{id}/factors`.",
  },
  forbidden: {
    status: 403,
    title: "You may not do this.",
    explanation:
      "The permission is missing, or the change concerns permissions that you do not hold yourself, or a page whose origin is not in `CORS_ORIGINS` asked with a cookie.",
    client:
      "Ask an administrator for the role that is missing. It counts at once, with the token that you have.",
    operator:
      "`GET /v1/roles` says what each role grants. Nobody gives what they do not hold themselves. Pages that may send cookies are those of `CORS_ORIGINS`.",
  },
  account_disabled: {
    status: 403,
    title: "The account is disabled.",
    explanation: "What was shown was right, but an administrator has disabled the account.",
    client: "Tell the person to write to you: nothing that they do changes it.",
    operator: '`PATCH /v1/users/{id}` with `{"status":"active"}` lets them in.',
  },
  email_not_verified: {
    status: 403,
    title: "The address is not verified.",
    explanation: "What was shown was right, but the address must be verified first.",
    client: "Have the link mailed again at `POST /v1/auth/email/resend`.",
    operator: "If no mail arrives, see `mail_failed` in the log and the runbook.",
  },
  registration_closed: {
    status: 403,
    title: "Registration is closed.",
    explanation: "Accounts are made by administrators here.",
    client: "Offer sign-in alone.",
    operator: "`REGISTRATION` says who may register; `POST /v1/users` invites somebody.",
  },
  not_found: {
    status: 404,
    title: "There is nothing here.",
    explanation: "No such path, or no such resource that you could see.",
    client: "Look at the path and the id. An id that was deleted is never used again.",
  },
  method_not_allowed: {
    status: 405,
    title: "The method is not allowed here.",
    explanation: "`Allow` lists the methods that this path takes.",
    client: "Use a method that `Allow` lists.",
  },
  email_taken: {
    status: 409,
    title: "The address is in use.",
    explanation: "An account with this address exists.",
    client: "Offer sign-in, or a link to choose another password.",
    operator: "With `REGISTRATION=private` nobody is told who has an account.",
  },
  role_exists: {
    status: 409,
    title: "The role exists.",
    explanation: "There is a role with this name.",
    client: "Choose another name, or change the role that is there.",
  },
  role_in_use: {
    status: 409,
    title: "The role is in use.",
    explanation: "Somebody holds the role, so it cannot be deleted.",
    client: "Take the role from everybody first.",
  },
  last_admin: {
    status: 409,
    title: "This is the last administrator.",
    explanation: "Somebody must remain who can administer the service.",
    client:
      "Give the role `admin` to another account that can sign in, and send the request again.",
    operator: "`npm run admin:create` makes another one.",
  },
  too_many_factors: {
    status: 409,
    title: "That would be too many second factors.",
    explanation: `An account has at most ${MAX_FACTORS} authenticators of codes and as many passkeys.`,
    client: "Remove one that is not in use first.",
  },
  too_many_permissions: {
    status: 409,
    title: "That would be too many roles or permissions.",
    explanation: `A user or a service account may hold ${MAX_ROLES_PER_PRINCIPAL} roles, which may amount to ${MAX_PERMISSIONS_PER_PRINCIPAL} permissions and take ${MAX_WRITTEN_RIGHTS} characters of a token. It is also the answer when a role is edited that others hold. To take a right is never refused.`,
    client: "Use wildcards, fewer roles or shorter names.",
  },
  conflict: {
    status: 409,
    title: "The state does not allow this.",
    explanation:
      "The resource changed while the request was under way, or it is built in and cannot be changed, or it is there already, or there are as many as there may be.",
    client:
      "Read the resource again, and decide anew; `errors` says so where there are as many as there may be.",
  },
  payload_too_large: {
    status: 413,
    title: "The body is too large.",
    explanation: "Bodies may have at most 16 KiB.",
    client: "Send less: nothing here needs more.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body is not JSON.",
    explanation: "The body was not declared as JSON.",
    client: "Send the body with `Content-Type: application/json`.",
  },
  weak_password: {
    status: 422,
    title: "The password is too easy to guess.",
    explanation:
      "`errors` says why: `too_short`, `common`, `breached`, `sequential`, `contains_context` (the address or the product's name) or `guessable`.",
    client: "Show what `errors` says, and ask for another: a few unrelated words make a good one.",
    operator: "`PASSWORD_MIN_LENGTH` and `BREACH_CHECK_URL` say what is asked.",
  },
  too_many_requests: {
    status: 429,
    title: "Too many tries.",
    explanation: "There were too many tries, or too many requests from one place.",
    client:
      "Wait for the seconds in `Retry-After`. Tries before then are refused, and do not lengthen the wait. After 100 failures in a row waiting an hour does not help: choose another password by mail, ask an administrator, or wait thirty days without a try.",
    operator:
      '`PATCH /v1/users/{id}` with `{"status":"active"}` forgets the failures of an account. Limits by address stand in `[[ratelimits]]`.',
  },
  internal_error: {
    status: 500,
    title: "Something went wrong on our side.",
    explanation: "Something failed that should not have.",
    client:
      "Send the request again once; if that fails too, tell whoever runs this the `request_id`.",
    operator: "The log has a line `request_failed` with that id.",
  },
  service_unavailable: {
    status: 503,
    title: "A part of the service does not answer.",
    explanation: "A database, an object or another part that the request needs did not answer.",
    client:
      "Wait for the seconds in `Retry-After`, and repeat the request: the outcome is unknown, and your tokens are still good. If a write went through after all, its repetition may be refused: a password change because the old password is no longer right, a registration with `email_taken`. Only a service account, or a secret of one, is made once more.",
    operator: "`/health/ready` names the part; the log has `dependency_failed` with the reason.",
  },
  misconfigured: {
    status: 503,
    title: "The service is not configured.",
    explanation:
      "A value of the service's configuration is missing or wrong, and it serves nothing until it is right.",
    client: "Wait for the seconds in `Retry-After`.",
    operator:
      "The log has a line `misconfigured` that names the variable and what is wrong with it.",
  },
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (value: string): value is ProblemCode =>
  Object.hasOwn(PROBLEMS, value);
