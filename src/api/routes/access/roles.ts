import { Hono } from "hono";
import { MAX_ROLES } from "../../../domain/limits.ts";
import { createRole } from "../../../use-cases/access/create-role.ts";
import { removeRole } from "../../../use-cases/access/remove-role.ts";
import { updateRole } from "../../../use-cases/access/update-role.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem, tooMany } from "../../http/errors.ts";
import { jsonBody } from "../../http/validation.ts";
import { newRole, roleChange } from "../../wire/access/roles.ts";
import { endedOnWire } from "../../wire/clients/service-accounts.ts";

export const roleRoutes = new Hono<AppEnv>()
  .get("/v1/roles", access({ permission: "roles:read" }), async (c) =>
    c.json({ roles: await c.get("services").roles.list() }),
  )

  .post("/v1/roles", access({ permission: "roles:write" }), jsonBody(newRole), async (c) => {
    const actor = c.get("caller");
    const result = await createRole(c.get("services"), actor, c.req.valid("json"));
    if (result.ok) return c.json(result.value, 201);
    if (result.error !== "too_many_roles") return problem(c, result.error);
    return tooMany(c, `${MAX_ROLES} roles`);
  })

  .get("/v1/roles/:name", access({ permission: "roles:read" }), async (c) => {
    const name = c.req.param("name");
    const role = (await c.get("services").roles.named([name])).get(name);
    return role === undefined ? problem(c, "not_found") : c.json(role);
  })

  .patch(
    "/v1/roles/:name",
    access({ permission: "roles:write" }),
    jsonBody(roleChange),
    async (c) => {
      const { description, permissions } = c.req.valid("json");
      const result = await updateRole(c.get("services"), c.get("caller"), c.req.param("name"), {
        ...(description === undefined ? {} : { description }),
        ...(permissions === undefined ? {} : { permissions }),
      });
      if (!result.ok) return problem(c, result.error);
      return c.json({ ...result.value.role, ...endedOnWire(result.value.ended) });
    },
  )

  .delete("/v1/roles/:name", access({ permission: "roles:write" }), async (c) => {
    const actor = c.get("caller");
    const result = await removeRole(c.get("services"), actor, c.req.param("name"));
    return result.ok ? c.body(null, 204) : problem(c, result.error);
  });
