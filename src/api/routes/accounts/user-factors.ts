import { Hono } from "hono";
import { parseUserId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { answer } from "../../http/refusals.ts";
import { factorsOnWire } from "../../wire/accounts/factors.ts";

/** Second factors of others: to see who has one, and to let in who lost them. */
export const userFactorRoutes = new Hono<AppEnv>()
  .get("/v1/users/:id/factors", access({ permission: "users:read" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { listUserFactors } = c.get("services").factors;
    const listed = await listUserFactors(c.get("caller"), id.value);
    return answer(c, listed, (held) => c.json(factorsOnWire(held)));
  })

  .delete("/v1/users/:id/factors", access({ permission: "users:write" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { resetUserFactors } = c.get("services").factors;
    const reset = await resetUserFactors(c.get("caller"), id.value);
    return answer(c, reset, () => c.body(null, 204));
  });
