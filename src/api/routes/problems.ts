import { Hono } from "hono";
import { access } from "../http/access.ts";
import type { AppContext, AppEnv } from "../http/context.ts";
import { problem } from "../http/errors.ts";
import { page, wantsPage } from "../http/page.ts";
import { isProblemCode, PROBLEMS, type ProblemCode } from "../http/problems.ts";

/** What a problem's `type` points to (RFC 9457, section 3.1.1), for a program or for a person. */
export const problemRoute = new Hono<AppEnv>().get("/problems/:code", access("public"), (c) => {
  const code = c.req.param("code");
  if (!isProblemCode(code)) return problem(c, "not_found");
  c.header("vary", "Accept");
  return wantsPage(c) ? explained(c, code) : c.json({ code, ...PROBLEMS[code] });
});

function explained(c: AppContext, code: ProblemCode): Response | Promise<Response> {
  const { status, title, explanation, client, operator } = { operator: NOTHING, ...PROBLEMS[code] };
  return page(c, title, [
    ["Code", `\`${code}\`, HTTP status ${status}`],
    ["What happened", explanation],
    ["What a client does", client],
    ["What an operator does", operator],
  ]);
}

const NOTHING = "Nothing: it is the caller's to mend.";
