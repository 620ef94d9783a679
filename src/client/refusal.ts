import { challengeTo, INSUFFICIENT, stepUpChallenge } from "./bearer-token.ts";
import type { Verdict } from "./verifier.ts";

export type Refused = Extract<Verdict, { ok: false }>;

/** What an API answers, in whatever way its framework has. */
export type Refusal = {
  readonly status: 401 | 403 | 500 | 503;
  readonly headers: Readonly<Record<string, string>>;
  /** `application/problem+json` (RFC 9457). */
  readonly body: { readonly type: "about:blank"; readonly status: number; readonly code: string };
};

const STATUS = {
  invalid_token: 401,
  insufficient_user_authentication: 401,
  forbidden: 403,
  unavailable: 503,
  invalid_request: 500, // the route asks what its verifier cannot answer
} as const satisfies Record<Refused["code"], number>;

/** Stands in for a code of a newer service that this version does not know. */
const OTHER_REFUSAL = 403;

const RETRY_AFTER_SECONDS = "2";

/**
 * The answer to a request whose token was refused. An outage is 503, never 401: a client signs its
 * user out on 401.
 *
 * @param authorization the request's header of that name
 */
export function refusalOf(verdict: Refused, authorization: string | null | undefined): Refusal {
  const { code } = verdict;
  const status = Object.hasOwn(STATUS, code) ? STATUS[code] : OTHER_REFUSAL;
  const challenge = challengeOf(verdict, status, authorization);
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(challenge !== null && { "www-authenticate": challenge }),
    ...(status === 503 && { "retry-after": RETRY_AFTER_SECONDS }),
  };
  return { status, headers, body: { type: "about:blank", status, code } };
}

function challengeOf(
  { code, acr, maxAge }: Refused,
  status: number,
  authorization: string | null | undefined,
): string | null {
  if (code === "insufficient_user_authentication") return stepUpChallenge(acr, maxAge);
  if (status === 401) return challengeTo(authorization);
  return status === 403 ? INSUFFICIENT : null;
}
