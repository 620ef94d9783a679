import { Hono } from "hono";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { newRole, roleChange } from "../../wire/access/roles.ts";
import { endedOnWire } from "../../wire/clients/client-secrets.ts";

const canRead = access({ permission: "roles:read" });
const canWrite = access({ permission: "roles:write" });

export const roleRoutes = new Hono<AppEnv>()
  .get("/v1/roles", canRead, async (c) => {
    const listed = await c.get("services").access.listRoles(c.get("caller"));
    return answer(c, listed, (roles) => c.json({ roles }));
  })

  .post("/v1/roles", canWrite, jsonBody(newRole), async (c) => {
    const made = await c.get("services").access.createRole(c.get("caller"), c.req.valid("json"));
    return answer(c, made, (role) => c.json(role, 201));
  })

  .get("/v1/roles/:name", canRead, async (c) => {
    const found = await c.get("services").access.findRole(c.get("caller"), c.req.param("name"));
    return answer(c, found, (role) => c.json(role));
  })

  .patch("/v1/roles/:name", canWrite, jsonBody(roleChange), async (c) => {
    const { description, permissions } = c.req.valid("json");
    const { updateRole } = c.get("services").access;
    const updated = await updateRole(c.get("caller"), c.req.param("name"), {
      ...(description === undefined ? {} : { description }),
      ...(permissions === undefined ? {} : { permissions }),
    });
    return answer(c, updated, ({ role, ended }) => c.json({ ...role, ...endedOnWire(ended) }));
  })

  .delete("/v1/roles/:name", canWrite, async (c) => {
    const removed = await c.get("services").access.removeRole(c.get("caller"), c.req.param("name"));
    return answer(c, removed, () => c.body(null, 204));
  });
