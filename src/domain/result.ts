/** A code, or a code with data. */
export type Reason = string | { readonly code: string };

/** What a rule or a workflow answers: a value, or the reason why not. Never thrown. */
export type Result<T, E extends Reason> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** The answer of a use case that refuses nothing. */
export type Ok<T> = { readonly ok: true; readonly value: T };

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });

export const err = <const E extends Reason>(
  error: E,
): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});
