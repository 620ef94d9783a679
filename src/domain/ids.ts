import { err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;

/** `usr_` and 16 random bytes as base64url. Never reused; never the `sub` of anything else. */
export type UserId = string & { readonly [brand]: "UserId" };
/** `svc_` and 16 random bytes as base64url: a program, never a person. */
export type ServiceAccountId = string & { readonly [brand]: "ServiceAccountId" };
/** `fac_` and 16 random bytes as base64url: a second factor. */
export type FactorId = string & { readonly [brand]: "FactorId" };
/** `ses_` and 16 random bytes as base64url. */
export type SessionId = string & { readonly [brand]: "SessionId" };

/** 16 bytes are 22 letters, the last of which carries four zero bits. */
const RANDOM_PART = "[A-Za-z0-9_-]{21}[AQgw]";
const USER_ID = new RegExp(`^usr_${RANDOM_PART}$`);
const SERVICE_ACCOUNT_ID = new RegExp(`^svc_${RANDOM_PART}$`);
const FACTOR_ID = new RegExp(`^fac_${RANDOM_PART}$`);
const SESSION_ID = new RegExp(`^ses_${RANDOM_PART}$`);

export function parseUserId(input: unknown): Result<UserId, "invalid_user_id"> {
  return typeof input === "string" && USER_ID.test(input)
    ? ok(input as UserId)
    : err("invalid_user_id");
}

export function parseServiceAccountId(
  input: unknown,
): Result<ServiceAccountId, "invalid_service_account_id"> {
  return typeof input === "string" && SERVICE_ACCOUNT_ID.test(input)
    ? ok(input as ServiceAccountId)
    : err("invalid_service_account_id");
}

export function parseSessionId(input: unknown): Result<SessionId, "invalid_session_id"> {
  return typeof input === "string" && SESSION_ID.test(input)
    ? ok(input as SessionId)
    : err("invalid_session_id");
}

export function parseFactorId(input: unknown): Result<FactorId, "invalid_factor_id"> {
  return typeof input === "string" && FACTOR_ID.test(input)
    ? ok(input as FactorId)
    : err("invalid_factor_id");
}

/** @param random 16 bytes as base64url */
export const factorIdOf = (random: string): FactorId => `fac_${random}` as FactorId;
/** @param random 16 bytes as base64url */
export const userIdOf = (random: string): UserId => `usr_${random}` as UserId;
/** @param random 16 bytes as base64url */
export const serviceAccountIdOf = (random: string): ServiceAccountId =>
  `svc_${random}` as ServiceAccountId;
/** @param random 16 bytes as base64url */
export const sessionIdOf = (random: string): SessionId => `ses_${random}` as SessionId;
