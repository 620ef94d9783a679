import { expect } from "vitest";
import { isProblemCode, PROBLEMS } from "../../src/api/http/problems.ts";
import { ORIGIN, type Reply } from "./client.ts";
import { expectOAuthError } from "./service-accounts.ts";

/** What holds of every reply, whatever was asked (RFC 9457, RFC 9110 section 15.5). */
export function expectWellFormed({ status, headers, body }: Reply): void {
  expect(headers.get("x-request-id")).toMatch(/^[\w=-]{1,64}$/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).not.toBeNull();
  expect(status).toBeLessThan(500);
  if (status < 400) return;
  // Places in the code, as stacks and error names tell them.
  expect(JSON.stringify(body)).not.toMatch(/\bat .+:\d+:\d+|\.[jt]s\b|Error:|SQLITE|D1_/);
  // What OAuth's endpoints refuse themselves, they refuse in OAuth's words.
  if (typeof body === "object" && "error" in body) {
    expectOAuthError({ status, headers, body }, status, body.error);
  } else {
    expectProblem({ status, headers, body });
  }
}

/** What a problem says beside what all of them say. */
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  insufficient_user_authentication: ["acr_values", "max_age"],
  second_factor_required: ["second_factor_token", "factors"],
};

function expectProblem({ status, headers, body }: Reply): void {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("cache-control")).toBe("no-store");
  const { type, title, code, request_id: id, errors, ...more } = body;
  const own = OWN_MEMBERS[code] ?? [];
  // What a step-up has to show may be a factor, a proof of a moment ago, or both.
  if (own.length > 0) expect(own.some((name) => name in more)).toBe(true);
  const rest = Object.fromEntries(Object.entries(more).filter(([name]) => !own.includes(name)));
  expect(isProblemCode(code)).toBe(true);
  const known = PROBLEMS[code as keyof typeof PROBLEMS];
  expect({ type, title, ...rest }).toEqual({
    type: `${ORIGIN}/problems/${code}`,
    title: known.title,
    status,
  });
  expect(known.status).toBe(status);
  expect(id).toBe(headers.get("x-request-id"));
  for (const error of errors ?? []) {
    expect(error).toEqual({ path: expect.any(String), message: expect.any(String) });
  }
  if (status === 400) expect(errors.length).toBeGreaterThan(0);
  if (status === 401) expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
  if (status === 405) expect(headers.get("allow")).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (status === 429) expect(headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
}
