import { Hono } from "hono";
import { parseUserId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { answer } from "../../http/refusals.ts";
import { sessionsOnWire } from "../../wire/sessions/sessions.ts";

/** Administration of users' sessions. */
export const userSessionRoutes = new Hono<AppEnv>()
  .get("/v1/users/:id/sessions", access({ permission: "users:read" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const listed = await c.get("services").sessions.listUserSessions(c.get("caller"), id.value);
    return answer(c, listed, (sessions) => c.json(sessionsOnWire(sessions)));
  })

  .delete("/v1/users/:id/sessions", access({ permission: "sessions:revoke" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const ended = await c.get("services").sessions.endUserSessions(c.get("caller"), id.value);
    return answer(c, ended, () => c.body(null, 204));
  });
