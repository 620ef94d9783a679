import { Hono } from "hono";
import { parseServiceAccountId } from "../../domain/ids.ts";
import { parseRoleName } from "../../domain/role.ts";
import {
  createServiceAccount,
  deleteServiceAccount,
  rotateClientSecret,
  setServiceAccountRole,
  updateServiceAccount,
  type WithSecret,
} from "../../use-cases/manage-service-accounts.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { access } from "../dependencies.ts";
import { problem, refused } from "../errors.ts";
import {
  newServiceAccount,
  serviceAccountChange,
  serviceAccountOnWire,
} from "../schemas/service-accounts.ts";
import { jsonBody } from "../validation.ts";

const canRead = access({ permission: "service-accounts:read" });
const canWrite = access({ permission: "service-accounts:write" });
const canAssign = access({ permission: "roles:assign" });

/** Administration of the programs that act for themselves. */
export const serviceAccountRoutes = new Hono<AppEnv>()
  .get("/v1/service-accounts", canRead, async (c) => {
    const accounts = await c.get("services").serviceAccounts.list();
    return c.json({ service_accounts: accounts.map(serviceAccountOnWire) });
  })

  .post("/v1/service-accounts", canWrite, jsonBody(newServiceAccount), async (c) => {
    const actor = c.get("caller");
    const made = await createServiceAccount(c.get("services"), actor, c.req.valid("json"));
    return made.ok ? c.json(withSecret(made.value), 201) : refused(c, made.error);
  })

  .get("/v1/service-accounts/:id", canRead, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    const account = id.ok ? await c.get("services").serviceAccounts.find(id.value) : null;
    if (account === null) return problem(c, "not_found");
    return c.json({ service_account: serviceAccountOnWire(account) });
  })

  .patch("/v1/service-accounts/:id", canWrite, jsonBody(serviceAccountChange), async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { name, status } = c.req.valid("json");
    const actor = c.get("caller");
    const changed = await updateServiceAccount(c.get("services"), actor, id.value, {
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    });
    if (!changed.ok) return refused(c, changed.error);
    return c.json({ service_account: serviceAccountOnWire(changed.value) });
  })

  .delete("/v1/service-accounts/:id", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const actor = c.get("caller");
    const deleted = await deleteServiceAccount(c.get("services"), actor, id.value);
    return deleted.ok ? c.body(null, 204) : refused(c, deleted.error);
  })

  .post("/v1/service-accounts/:id/secrets", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const made = await rotateClientSecret(c.get("services"), c.get("caller"), id.value);
    return made.ok ? c.json(withSecret(made.value), 201) : refused(c, made.error);
  })

  .put("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "assign_role"))
  .delete("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "remove_role"));

const withSecret = ({ account, secret }: WithSecret) => ({
  service_account: serviceAccountOnWire(account),
  client_id: account.id,
  client_secret: secret,
});

async function changeRole(c: AppContext, wanted: "assign_role" | "remove_role") {
  const id = parseServiceAccountId(c.req.param("id"));
  const role = parseRoleName(c.req.param("role") ?? "");
  if (!id.ok || !role.ok) return problem(c, "not_found");
  const actor = c.get("caller");
  const services = c.get("services");
  const changed = await setServiceAccountRole(services, actor, id.value, role.value, wanted);
  if (changed.ok) return c.body(null, 204);
  return problem(c, changed.error === "no_such_role" ? "not_found" : changed.error);
}
