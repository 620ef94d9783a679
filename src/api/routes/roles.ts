import { Hono } from "hono";
import { createRole, removeRole, updateRole } from "../../use-cases/manage-roles.ts";
import type { AppEnv } from "../context.ts";
import { access } from "../dependencies.ts";
import { problem } from "../errors.ts";
import { newRole, roleChange } from "../schemas/roles.ts";
import { jsonBody } from "../validation.ts";

export const roleRoutes = new Hono<AppEnv>()
  .get("/v1/roles", access({ permission: "roles:read" }), async (c) =>
    c.json({ roles: await c.get("services").roles.list() }),
  )

  .post("/v1/roles", access({ permission: "roles:write" }), jsonBody(newRole), async (c) => {
    const actor = c.get("caller");
    const result = await createRole(c.get("services"), actor, c.req.valid("json"));
    return result.ok ? c.json(result.value, 201) : problem(c, result.error);
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
      return result.ok ? c.json(result.value) : problem(c, result.error);
    },
  )

  .delete("/v1/roles/:name", access({ permission: "roles:write" }), async (c) => {
    const actor = c.get("caller");
    const result = await removeRole(c.get("services"), actor, c.req.param("name"));
    return result.ok ? c.body(null, 204) : problem(c, result.error);
  });
