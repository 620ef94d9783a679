import type { Result } from "../../domain/result.ts";
import type { WeakPassword } from "../../use-cases/credentials/refusals.ts";

/** Refusals of use cases that are codes of the RPC contract by the same name. */
type RefusalCode =
  | "conflict"
  | "email_taken"
  | "forbidden"
  | "last_admin"
  | "no_such_role"
  | "not_found"
  | "too_many_permissions";

/** A use case's code that is missing here fails the type check in the call that returns it. */
type Refusal = RefusalCode | WeakPassword;

/** Codes that the calls return themselves. */
type OwnCode = "invalid_request" | "too_many_requests" | "unavailable";

export type Refused = {
  readonly ok: false;
  readonly code: RefusalCode | WeakPassword["code"] | OwnCode;
};

export const no = (code: Refused["code"]): Refused => ({ ok: false, code });

/** Answers with a use case's result, or with the code for its refusal. */
export const answerOf = <T, Shown extends object>(
  result: Result<T, Refusal>,
  shown: (value: T) => Shown,
): ({ readonly ok: true } & Shown) | Refused =>
  result.ok
    ? { ok: true, ...shown(result.value) }
    : no(typeof result.error === "string" ? result.error : result.error.code);

/** For a call that answers `ok` alone. */
export const nothing = (): object => ({});
