import { stepUpChallenge } from "../../client/bearer-token.ts";
import { ANYONE, waitsForAal2 } from "../../domain/access/actor.ts";
import { MAX_CLIENT_SECRETS, MAX_ROLES, MAX_SERVICE_ACCOUNTS } from "../../domain/limits.ts";
import type { Result } from "../../domain/result.ts";
import { type StepUpNeeded, stepUpNeeded } from "../../domain/tokens/access-token.ts";
import type { Throttled, WeakPassword } from "../../use-cases/credentials/refusals.ts";
import type { SecondFactorRequired } from "../../use-cases/sessions/open-session.ts";
import type { AppContext } from "./context.ts";
import { problem, tooManyRequests } from "./errors.ts";
import type { ProblemCode } from "./problems.ts";

/**
 * The refusals of use cases that HTTP knows: most are problems by the same name. A code that is
 * missing here, or in the catalogue of problems, fails the type check in the route that returns it.
 */
type Refusal =
  | ProblemCode
  | "no_such_role"
  | "sessions_differ"
  | "too_many_roles"
  | "too_many_secrets"
  | "too_many_service_accounts"
  | SecondFactorRequired
  | StepUpNeeded
  | Throttled
  | WeakPassword;

/** Where the request has what a refusal is about. */
type Places = {
  /** The field of the body with the password; by default `password`. */
  readonly password?: string;
  /** By default the field `roles` of the body. */
  readonly role?: "path";
};

/** Answers with a use case's result, or with the problem for its refusal. */
export const answer = <T>(
  c: AppContext,
  result: Result<T, Refusal>,
  shown: (value: T) => Response,
  at: Places = {},
): Response => (result.ok ? shown(result.value) : refused(c, result.error, at));

export function refused(c: AppContext, refusal: Refusal, at: Places = {}): Response {
  if (typeof refusal === "object") return refusedWith(c, refusal, at);
  switch (refusal) {
    case "no_such_role":
      if (at.role === "path") return problem(c, "not_found");
      return invalid(c, "roles", "must be roles that exist");
    case "sessions_differ":
      return invalid(c, "refresh_token", "must be of the access token's own session");
    case "too_many_roles":
      return tooMany(c, `${MAX_ROLES} roles`);
    case "too_many_secrets":
      return tooMany(c, `${MAX_CLIENT_SECRETS} living secrets of an account: end one first`);
    case "too_many_service_accounts":
      return tooMany(c, `${MAX_SERVICE_ACCOUNTS} service accounts`);
    case "forbidden":
      // It may be the second factor that is missing; with it, the answer is the same as ever.
      return waitsForAal2(c.get("caller") ?? ANYONE)
        ? refused(c, stepUpNeeded({ acr: "aal2" }))
        : problem(c, refusal);
    default:
      return problem(c, refusal);
  }
}

type Detailed = Extract<Refusal, { readonly code: string }>;

function refusedWith(c: AppContext, refusal: Detailed, at: Places): Response {
  switch (refusal.code) {
    case "insufficient_user_authentication":
      return problem(c, refusal.code, {
        challenge: stepUpChallenge(refusal.acr, refusal.maxAge),
        members: { acr_values: refusal.acr, max_age: refusal.maxAge },
      });
    case "second_factor_required":
      return problem(c, refusal.code, {
        members: { second_factor_token: refusal.token, factors: refusal.factors },
      });
    case "throttled":
      return tooManyRequests(c, refusal.retryAfter);
    case "weak_password": {
      const path = at.password ?? "password";
      return problem(c, "weak_password", { errors: [{ path, message: refusal.weakness }] });
    }
  }
}

const invalid = (c: AppContext, path: string, message: string): Response =>
  problem(c, "invalid_request", { errors: [{ path, message }] });

/** @param what is limited, with the number */
const tooMany = (c: AppContext, what: string): Response =>
  problem(c, "conflict", { errors: [{ path: "", message: `there may be no more than ${what}` }] });
