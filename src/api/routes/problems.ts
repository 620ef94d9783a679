import { Hono } from "hono";
import { access } from "../http/access.ts";
import type { AppEnv } from "../http/context.ts";
import { problem } from "../http/errors.ts";
import { isProblemCode, PROBLEMS } from "../http/problems.ts";

/** What a problem's `type` points to (RFC 9457, section 3.1.1). */
export const problemRoute = new Hono<AppEnv>().get("/problems/:code", access("public"), (c) => {
  const code = c.req.param("code");
  return isProblemCode(code) ? c.json({ code, ...PROBLEMS[code] }) : problem(c, "not_found");
});
