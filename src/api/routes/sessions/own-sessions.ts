import { Hono } from "hono";
import { parseSessionId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { answer } from "../../http/refusals.ts";
import { sessionsOnWire } from "../../wire/sessions/sessions.ts";

export const ownSessionRoutes = new Hono<AppEnv>()
  .get("/v1/auth/sessions", access("self"), async (c) => {
    const listed = await c.get("services").sessions.listOwnSessions(c.get("user"));
    return answer(c, listed, (sessions) => c.json(sessionsOnWire(sessions)));
  })

  .delete("/v1/auth/sessions/:id", access("self"), async (c) => {
    const id = parseSessionId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const ended = await c.get("services").sessions.endOwnSession(c.get("user"), id.value);
    return answer(c, ended, () => c.body(null, 204));
  });
