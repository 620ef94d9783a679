import type { Result } from "../../domain/result.ts";
import type { WeakPassword } from "../../use-cases/credentials/refusals.ts";

/** The codes of the contract that a use case's refusal may be: each by its own name. */
type RefusalCode =
  | "conflict"
  | "email_taken"
  | "forbidden"
  | "last_admin"
  | "no_such_role"
  | "not_found"
  | "too_many_permissions";

/** One that is missing here fails the type check where a call answers it. */
type Refusal = RefusalCode | WeakPassword;

/** Those that a call answers by itself. */
type OwnCode = "invalid_request" | "too_many_requests" | "unavailable";

export type Refused = {
  readonly ok: false;
  readonly code: RefusalCode | WeakPassword["code"] | OwnCode;
};

export const no = (code: Refused["code"]): Refused => ({ ok: false, code });

/** Answers with what a use case did, or with the code that its refusal is over RPC. */
export const answerOf = <T, Shown extends object>(
  result: Result<T, Refusal>,
  shown: (value: T) => Shown,
): ({ readonly ok: true } & Shown) | Refused =>
  result.ok
    ? { ok: true, ...shown(result.value) }
    : no(typeof result.error === "string" ? result.error : result.error.code);

/** For what is said by its being done. */
export const nothing = (): object => ({});
