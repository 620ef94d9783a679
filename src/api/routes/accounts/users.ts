import { Hono } from "hono";
import { isPerson } from "../../../domain/access/actor.ts";
import { parseRoleName } from "../../../domain/access/role-name.ts";
import { parseUserId } from "../../../domain/ids.ts";
import { createManagedUser } from "../../../use-cases/accounts/create-managed-user.ts";
import { deleteUser } from "../../../use-cases/accounts/delete-user.ts";
import { setUserRole } from "../../../use-cases/accounts/set-user-role.ts";
import { updateUser } from "../../../use-cases/accounts/update-user.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { problem, refused } from "../../http/errors.ts";
import { limitByAddress } from "../../http/limits.ts";
import { jsonBody, queryParams } from "../../http/validation.ts";
import { weakPassword } from "../../http/weak-password.ts";
import { formatUserCursor } from "../../wire/accounts/cursor.ts";
import {
  newUser,
  sessionOnWire,
  userChange,
  userOnWire,
  userQuery,
} from "../../wire/accounts/users.ts";

/** Administration of users. An id that no row bears never reaches a user's object. */
export const userRoutes = new Hono<AppEnv>()
  .get("/v1/users", access({ permission: "users:read" }), queryParams(userQuery), async (c) => {
    const { email = null, status = null, cursor = null, limit } = c.req.valid("query");
    const found = await c
      .get("services")
      .users.list({ email, status, after: cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const more = found.length > limit && last !== undefined;
    return c.json({
      users: page.map(userOnWire),
      next_cursor: more ? formatUserCursor(last) : null,
    });
  })

  .post("/v1/users", access({ permission: "users:write" }), jsonBody(newUser), async (c) => {
    const actor = c.get("caller");
    const { email, password = null, name = null, roles } = c.req.valid("json");
    const limited = password === null ? null : await limitByAddress(c, c.get("caller").id);
    if (limited !== null) return limited;
    const input = { email, password, name, roles };
    const result = await createManagedUser(c.get("services"), actor, input);
    if (result.kind === "weak_password") return weakPassword(c, "password", result.weakness);
    if (result.kind !== "created") return refused(c, result.kind);
    return c.json({ user: userOnWire(result.user) }, 201);
  })

  .get("/v1/users/:id", access({ permission: "users:read" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    const found = id.ok ? await c.get("services").users.findById(id.value) : null;
    return found === null ? problem(c, "not_found") : c.json({ user: userOnWire(found.user) });
  })

  .patch(
    "/v1/users/:id",
    access({ permission: "users:write" }),
    jsonBody(userChange),
    async (c) => {
      const id = parseUserId(c.req.param("id"));
      if (!id.ok) return problem(c, "not_found");
      const { name, status } = c.req.valid("json");
      const actor = c.get("caller");
      const changed = await updateUser(c.get("services"), actor, id.value, {
        ...(name === undefined ? {} : { name }),
        ...(status === undefined ? {} : { status }),
      });
      return changed.ok ? c.json({ user: userOnWire(changed.value) }) : refused(c, changed.error);
    },
  )

  .delete("/v1/users/:id", access({ permission: "users:write" }), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const deleted = await deleteUser(c.get("services"), c.get("caller"), id.value);
    return deleted.ok ? c.body(null, 204) : refused(c, deleted.error);
  })

  .put("/v1/users/:id/roles/:role", access({ permission: "roles:assign" }), (c) =>
    changeRole(c, "assign_role"),
  )

  .delete("/v1/users/:id/roles/:role", access({ permission: "roles:assign" }), (c) =>
    changeRole(c, "remove_role"),
  )

  .get("/v1/users/:id/sessions", access({ permission: "users:read" }), async (c) => {
    const { users, sessions } = c.get("services");
    const id = parseUserId(c.req.param("id"));
    if (!id.ok || (await users.findById(id.value)) === null) return problem(c, "not_found");
    const open = await sessions.listSessions(id.value);
    const caller = c.get("caller");
    const own = isPerson(caller) ? caller.sessionId : null;
    return c.json({ sessions: open.map((session) => sessionOnWire(session, own)) });
  })

  .delete("/v1/users/:id/sessions", access({ permission: "sessions:revoke" }), async (c) => {
    const { users, sessions } = c.get("services");
    const id = parseUserId(c.req.param("id"));
    if (!id.ok || (await users.findById(id.value)) === null) return problem(c, "not_found");
    await sessions.endSessions(id.value, "all");
    return c.body(null, 204);
  });

async function changeRole(c: AppContext, wanted: "assign_role" | "remove_role") {
  const id = parseUserId(c.req.param("id"));
  const role = parseRoleName(c.req.param("role") ?? "");
  if (!id.ok || !role.ok) return problem(c, "not_found");
  const actor = c.get("caller");
  const changed = await setUserRole(c.get("services"), actor, id.value, role.value, wanted);
  if (changed.ok) return c.body(null, 204);
  return problem(c, changed.error === "no_such_role" ? "not_found" : changed.error);
}
