import { Hono } from "hono";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { newRole, roleChange, roleOnWire } from "../../wire/access/roles.ts";
import { endedOnWire } from "../../wire/clients/client-secrets.ts";

const canRead = access({ permission: "roles:read" });
const canWrite = access({ permission: "roles:write" });

export const roleRoutes = new Hono<AppEnv>()
  .get("/v1/roles", canRead, async (c) => {
    const listed = await c.get("services").access.listRoles(c.get("caller"));
    return answer(c, listed, (roles) => c.json({ roles: roles.map(roleOnWire) }));
  })

  .post("/v1/roles", canWrite, jsonBody(newRole), async (c) => {
    const { require_aal2: requireAal2, ...wanted } = c.req.valid("json");
    const role = { ...wanted, ...(requireAal2 && { requireAal2 }) };
    const made = await c.get("services").access.createRole(c.get("caller"), role);
    return answer(c, made, (made) => c.json(roleOnWire(made), 201));
  })

  .get("/v1/roles/:name", canRead, async (c) => {
    const found = await c.get("services").access.findRole(c.get("caller"), c.req.param("name"));
    return answer(c, found, (role) => c.json(roleOnWire(role)));
  })

  .patch("/v1/roles/:name", canWrite, jsonBody(roleChange), async (c) => {
    const { description, permissions, require_aal2: requireAal2 } = c.req.valid("json");
    const { updateRole } = c.get("services").access;
    const updated = await updateRole(c.get("caller"), c.req.param("name"), {
      ...(description === undefined ? {} : { description }),
      ...(permissions === undefined ? {} : { permissions }),
      ...(requireAal2 === undefined ? {} : { requireAal2 }),
    });
    return answer(c, updated, ({ role, ended }) =>
      c.json({ ...roleOnWire(role), ...endedOnWire(ended) }),
    );
  })

  .delete("/v1/roles/:name", canWrite, async (c) => {
    const removed = await c.get("services").access.removeRole(c.get("caller"), c.req.param("name"));
    return answer(c, removed, () => c.body(null, 204));
  });
