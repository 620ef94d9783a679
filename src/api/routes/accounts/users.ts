import { Hono } from "hono";
import { parseRoleName } from "../../../domain/access/role-name.ts";
import { parseUserId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody, queryParams } from "../../http/validation.ts";
import { newUser, userChange, userOnWire, userQuery } from "../../wire/accounts/users.ts";
import { formatCursor } from "../../wire/cursor.ts";

const canRead = access({ permission: "users:read" });
const canWrite = access({ permission: "users:write" });
const canAssign = access({ permission: "roles:assign" });

/** Administration of users. */
export const userRoutes = new Hono<AppEnv>()
  .get("/v1/users", canRead, queryParams(userQuery), async (c) => {
    const { email = null, status = null, cursor, limit } = c.req.valid("query");
    const after = cursor === undefined ? null : { createdAt: cursor.at, id: cursor.id };
    const query = { email, status, after, limit };
    const listed = await c.get("services").accounts.listUsers(c.get("caller"), query);
    return answer(c, listed, ({ users, last }) =>
      c.json({
        users: users.map(userOnWire),
        next_cursor: last === null ? null : formatCursor({ at: last.createdAt, id: last.id }),
      }),
    );
  })

  .post("/v1/users", canWrite, jsonBody(newUser), async (c) => {
    const actor = c.get("caller");
    const { email, password = null, name = null, roles } = c.req.valid("json");
    const limited = password === null ? null : await limitByAddress(c, actor.id);
    if (limited !== null) return limited;
    const input = { email, password, name, roles };
    const made = await c.get("services").accounts.createManagedUser(actor, input);
    return answer(c, made, (user) => c.json({ user: userOnWire(user) }, 201));
  })

  .get("/v1/users/:id", canRead, async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const found = await c.get("services").accounts.findUser(c.get("caller"), id.value);
    return answer(c, found, (user) => c.json({ user: userOnWire(user) }));
  })

  .patch("/v1/users/:id", canWrite, jsonBody(userChange), async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { name, status } = c.req.valid("json");
    const updated = await c.get("services").accounts.updateUser(c.get("caller"), id.value, {
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    });
    return answer(c, updated, (user) => c.json({ user: userOnWire(user) }));
  })

  .delete("/v1/users/:id", canWrite, async (c) => {
    const id = parseUserId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const deleted = await c.get("services").accounts.deleteUser(c.get("caller"), id.value);
    return answer(c, deleted, () => c.body(null, 204));
  })

  .put("/v1/users/:id/roles/:role", canAssign, (c) => changeRole(c, "assign_role"))
  .delete("/v1/users/:id/roles/:role", canAssign, (c) => changeRole(c, "remove_role"));

async function changeRole(c: AppContext, wanted: "assign_role" | "remove_role") {
  const id = parseUserId(c.req.param("id"));
  const role = parseRoleName(c.req.param("role") ?? "");
  if (!id.ok || !role.ok) return problem(c, "not_found");
  const { setUserRole } = c.get("services").accounts;
  const changed = await setUserRole(c.get("caller"), id.value, role.value, wanted);
  return answer(c, changed, () => c.body(null, 204), { role: "path" });
}
