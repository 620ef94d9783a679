import {
  MAX_FACTORS,
  MAX_PERMISSIONS_PER_PRINCIPAL,
  MAX_ROLES_PER_PRINCIPAL,
  MAX_WRITTEN_RIGHTS,
} from "../../domain/limits.ts";

/**
 * The catalogue of problems (RFC 9457): what can go wrong over HTTP, by code. Codes are part of
 * the public contract; each is explained at `{ISSUER}/problems/{code}`.
 */
export const PROBLEMS = {
  invalid_request: {
    status: 400,
    title: "The request is not valid.",
    explanation: "`errors` names each field at fault. Correct them and send the request again.",
  },
  invalid_credentials: {
    status: 401,
    title: "The credentials are not right.",
    explanation:
      "The address or the password is wrong. The reply is the same for every reason, so that it does not tell whether an account exists.",
  },
  invalid_token: {
    status: 401,
    title: "The token is missing or no longer good.",
    explanation:
      "Send `Authorization: Bearer <access token>`. If the token has expired, refresh it; if its session has ended, sign in again. A token from a mail works once and for a time, and not after any other change of the account: ask for another mail.",
  },
  invalid_refresh_token: {
    status: 401,
    title: "The refresh token is no longer good.",
    explanation: "Its session has ended, or it was used before. Sign in again.",
  },
  invalid_code: {
    status: 401,
    title: "The code is not right.",
    explanation:
      "The code is wrong, was used before, is too old or of another sign-in. A mailed code works for ten minutes and five tries. The reply is the same for every reason, so that it does not tell whether an account exists.",
  },
  invalid_passkey: {
    status: 401,
    title: "The passkey is not accepted.",
    explanation:
      "The challenge is over, was answered before or is of another sign-in, or the authenticator's answer does not verify, or it was only touched where it must know its owner (by a PIN or a finger). Ask for new options and let the browser ask its user again. The reply is the same for every reason, so that it does not tell whether an account exists.",
  },
  insufficient_user_authentication: {
    status: 401,
    title: "The session proves too little for this.",
    explanation:
      "The token is good, but the sign-in was too long ago or showed one factor where two are asked for. Prove it again at `POST /v1/auth/step-up`, for the level in `acr_values`, and repeat the request with the token that you get; or send the password where the request takes one.",
  },
  second_factor_required: {
    status: 403,
    title: "A second factor is asked for.",
    explanation:
      "The first factor was right. Go on within five minutes at `POST /v1/auth/login/second-factor`, with `second_factor_token` and one of `factors`.",
  },
  forbidden: {
    status: 403,
    title: "You may not do this.",
    explanation:
      "The permission is missing, or the change concerns permissions that you do not hold yourself.",
  },
  account_disabled: {
    status: 403,
    title: "The account is disabled.",
    explanation: "The password was right, but an administrator has disabled the account.",
  },
  email_not_verified: {
    status: 403,
    title: "The address is not verified.",
    explanation: "The password was right, but the address must be verified first.",
  },
  registration_closed: {
    status: 403,
    title: "Registration is closed.",
    explanation: "Accounts are made by administrators here.",
  },
  not_found: {
    status: 404,
    title: "There is nothing here.",
    explanation: "No such path, or no such resource that you could see.",
  },
  method_not_allowed: {
    status: 405,
    title: "The method is not allowed here.",
    explanation: "`Allow` lists the methods that this path takes.",
  },
  email_taken: {
    status: 409,
    title: "The address is in use.",
    explanation: "An account with this address exists. Sign in instead.",
  },
  role_exists: {
    status: 409,
    title: "The role exists.",
    explanation: "Choose another name, or change the role that is there.",
  },
  role_in_use: {
    status: 409,
    title: "The role is in use.",
    explanation: "Take it from every user first.",
  },
  last_admin: {
    status: 409,
    title: "This is the last administrator.",
    explanation:
      "Somebody must remain who can administer the service. Give the role `admin` to another account that can sign in first.",
  },
  too_many_factors: {
    status: 409,
    title: "That would be too many second factors.",
    explanation: `An account has at most ${MAX_FACTORS} authenticators of codes and as many passkeys. Remove one that is not in use first.`,
  },
  too_many_permissions: {
    status: 409,
    title: "That would be too many roles or permissions.",
    explanation: `A user or a service account may hold ${MAX_ROLES_PER_PRINCIPAL} roles, which may amount to ${MAX_PERMISSIONS_PER_PRINCIPAL} permissions and take ${MAX_WRITTEN_RIGHTS} characters of a token. Use wildcards, fewer roles or shorter names. It is also the answer when a role is edited that others hold. To take a right is never refused.`,
  },
  conflict: {
    status: 409,
    title: "The state does not allow this.",
    explanation:
      "The resource changed while the request was under way, or it is built in and cannot be changed, or it is there already, or there are as many as there may be; then `errors` says so. Read it again.",
  },
  payload_too_large: {
    status: 413,
    title: "The body is too large.",
    explanation: "Bodies may have at most 16 KiB.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body is not JSON.",
    explanation: "Send the body with `Content-Type: application/json`.",
  },
  weak_password: {
    status: 422,
    title: "The password is too easy to guess.",
    explanation:
      "`errors` says why: `too_short`, `common`, `breached`, `sequential`, `contains_context` (the address or the product's name) or `guessable`. A few unrelated words make a good password.",
  },
  too_many_requests: {
    status: 429,
    title: "Too many tries.",
    explanation:
      "Wait for the seconds in `Retry-After`. Tries made before then are refused and do not lengthen the wait. After 100 failures in a row waiting an hour does not help: a reset of the password or an administrator reopens the account, or thirty days without a try.",
  },
  internal_error: {
    status: 500,
    title: "Something went wrong on our side.",
    explanation: "Tell us the `request_id`.",
  },
  service_unavailable: {
    status: 503,
    title: "A part of the service does not answer.",
    explanation:
      "The outcome is unknown. Wait for the seconds in `Retry-After` and repeat the request; your tokens are still good. If a write went through after all, its repetition may be refused: a password change because the old password is no longer right, a registration with `email_taken`; only a service account or a secret of one is made once more.",
  },
  misconfigured: {
    status: 503,
    title: "The service is not configured.",
    explanation: "The operator finds the reason in the log.",
  },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (value: string): value is ProblemCode =>
  Object.hasOwn(PROBLEMS, value);
