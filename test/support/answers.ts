import type { Reason, Result } from "../../src/domain/result.ts";

/** The code that a use case refused by, or what it is called that it did not. */
export function codeOf(answer: Result<unknown, Reason>, done = "done"): string {
  if (answer.ok) return done;
  return typeof answer.error === "string" ? answer.error : answer.error.code;
}

/** What a use case that must not refuse answered. */
export function unwrapped<T>(answer: Result<T, Reason>): T {
  if (!answer.ok) throw new Error(`the answer was ${codeOf(answer)}`);
  return answer.value;
}

export const refusedBy = <E extends Reason>(error: E) => ({ ok: false, error });
