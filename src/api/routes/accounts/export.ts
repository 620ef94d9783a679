import { Hono } from "hono";
import { parseUserId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { queryParams } from "../../http/validation.ts";
import { exportOnWire, exportQuery } from "../../wire/accounts/export.ts";
import { placeOf } from "../../wire/events/events.ts";

const canExport = access({ permission: "users:read", and: "users:export" });

/** Everything that is held of a person, for the person or for whoever has to answer them. */
export const exportRoutes = new Hono<AppEnv>()
  .get("/v1/users/me/export", access("self"), queryParams(exportQuery), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const after = placeOf(c.req.valid("query").cursor);
    const exported = await c.get("services").accounts.exportOwnAccount(actor, after);
    return answer(c, exported, (all) => c.json(exportOnWire(all)));
  })

  .get("/v1/users/:id/export", canExport, queryParams(exportQuery), async (c) => {
    const actor = c.get("caller");
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const limited = await limitByAddress(c, actor.id);
    if (limited !== null) return limited;
    const after = placeOf(c.req.valid("query").cursor);
    const exported = await c.get("services").accounts.exportUser(actor, id.value, after);
    return answer(c, exported, (all) => c.json(exportOnWire(all)));
  });
