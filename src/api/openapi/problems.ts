import * as z from "zod";
import { PROBLEMS, type ProblemCode } from "../http/problems.ts";
import { acr } from "./fields.ts";
import type { Operation } from "./operation.ts";
import type { Route } from "./route.ts";

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457, with what some codes say besides. */
export const problem = z
  .object({
    type: z.string().meta({ description: "Where the code is explained." }),
    title: z.string(),
    status: z.int(),
    code: z.enum(CODES).meta({ description: "What a program reads." }),
    request_id: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "Each field at fault." }),
    acr_values: acr.optional().meta({ description: "With `insufficient_user_authentication`." }),
    max_age: z.int().optional().meta({ description: "The same: seconds (RFC 9470)." }),
    second_factor_token: z
      .string()
      .optional()
      .meta({ description: "With `second_factor_required`." }),
    factors: z
      .array(z.enum(["totp", "passkey", "recovery_code"]))
      .optional()
      .meta({ description: "The same: what can be shown." }),
  })
  .meta({ id: "Problem" });

/** RFC 6749, section 5.2. */
export const oauthError = z
  .object({ error: z.string(), error_description: z.string().optional() })
  .meta({ id: "OAuthError" });

/** Statuses of OAuth's endpoints that are no success. */
export const OAUTH_STATUSES = [400, 401, 413, 429, 500, 503] as const;

/** Problems by status: those of every route of its kind, and its own. */
export function problemsOf(
  { method, path, access, query }: Route,
  { problems = [] }: Operation,
): Map<number, ProblemCode[]> {
  const mayHaveBody = method !== "GET";
  const codes: ProblemCode[] = [
    ...(mayHaveBody || query !== null ? (["invalid_request"] as const) : []),
    ...(mayHaveBody ? (["unsupported_media_type"] as const) : []),
    ...(path === "/health/live" ? [] : (["payload_too_large"] as const)),
    ...(access === "public" ? [] : (["invalid_token"] as const)),
    ...(access === "public" || access === "caller" ? [] : (["forbidden"] as const)),
    ...(typeof access === "object" ? (["insufficient_user_authentication"] as const) : []),
    // Whoever asks of their own account may have lost it meanwhile.
    ...(path.includes(":") || access === "self" ? (["not_found"] as const) : []),
    ...(path === "/health/live" ? [] : (["service_unavailable", "misconfigured"] as const)),
    "internal_error",
    ...problems,
  ];
  return Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
}

/** A problem document, as clients get it. */
export const problemExample = (code: ProblemCode, issuer: string) => ({
  summary: PROBLEMS[code].title,
  value: {
    type: `${issuer}/problems/${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    request_id: "4b2b7c1e-8f0e-4a55-9d0b-2f3f6f0a7c11",
  },
});
