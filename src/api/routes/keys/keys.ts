import { Hono } from "hono";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { answer } from "../../http/refusals.ts";
import { optionalJsonBody } from "../../http/validation.ts";
import { keysOnWire, rotation } from "../../wire/keys/keys.ts";

const canRotate = access({ permission: "keys:rotate" });

export const keyRoutes = new Hono<AppEnv>()
  .get("/v1/keys", access({ permission: "keys:read" }), async (c) => {
    const listed = await c.get("services").keys.listSigningKeys(c.get("caller"));
    return answer(c, listed, (keys) => c.json(keysOnWire(keys)));
  })

  .post("/v1/keys/rotate", canRotate, optionalJsonBody(rotation), async (c) => {
    const body = c.req.valid("json");
    const { keys } = c.get("services");
    const actor = c.get("caller");
    const rotated =
      body.revoke === undefined
        ? await keys.rotateSigningKeys(actor, true)
        : await keys.revokeSigningKey(actor, body.revoke);
    return answer(c, rotated, (shown) => c.json(keysOnWire(shown)));
  });
