import { Hono } from "hono";
import { parseRoleName } from "../../../domain/access/role-name.ts";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { endedOnWire, madeOnWire } from "../../wire/clients/client-secrets.ts";
import {
  newServiceAccount,
  serviceAccountChange,
  serviceAccountOnWire,
} from "../../wire/clients/service-accounts.ts";

const canRead = access({ permission: "service-accounts:read" });
const canWrite = access({ permission: "service-accounts:write" });
const canAssign = access({ permission: "roles:assign" });

/** Administration of the programs that act for themselves. */
export const serviceAccountRoutes = new Hono<AppEnv>()
  .get("/v1/service-accounts", canRead, async (c) => {
    const listed = await c.get("services").clients.listServiceAccounts(c.get("caller"));
    return answer(c, listed, (accounts) =>
      c.json({ service_accounts: accounts.map(serviceAccountOnWire) }),
    );
  })

  .post("/v1/service-accounts", canWrite, jsonBody(newServiceAccount), async (c) => {
    const { createServiceAccount } = c.get("services").clients;
    const made = await createServiceAccount(c.get("caller"), c.req.valid("json"));
    return answer(c, made, (secret) => c.json(madeOnWire(secret), 201));
  })

  .get("/v1/service-accounts/:id", canRead, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const found = await c.get("services").clients.findServiceAccount(c.get("caller"), id.value);
    return answer(c, found, (account) =>
      c.json({ service_account: serviceAccountOnWire(account) }),
    );
  })

  .patch("/v1/service-accounts/:id", canWrite, jsonBody(serviceAccountChange), async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { name, status } = c.req.valid("json");
    const { updateServiceAccount } = c.get("services").clients;
    const updated = await updateServiceAccount(c.get("caller"), id.value, {
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    });
    return answer(c, updated, ({ account, ended }) =>
      c.json({ service_account: serviceAccountOnWire(account), ...endedOnWire(ended) }),
    );
  })

  .delete("/v1/service-accounts/:id", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { deleteServiceAccount } = c.get("services").clients;
    const deleted = await deleteServiceAccount(c.get("caller"), id.value);
    return answer(c, deleted, () => c.body(null, 204));
  })

  .put("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "assign_role"))
  .delete("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "remove_role"));

async function changeRole(c: AppContext, wanted: "assign_role" | "remove_role") {
  const id = parseServiceAccountId(c.req.param("id"));
  const role = parseRoleName(c.req.param("role") ?? "");
  if (!id.ok || !role.ok) return problem(c, "not_found");
  const { setServiceAccountRole } = c.get("services").clients;
  const changed = await setServiceAccountRole(c.get("caller"), id.value, role.value, wanted);
  const shown = (ended: readonly string[]) =>
    ended.length === 0 ? c.body(null, 204) : c.json(endedOnWire(ended));
  return answer(c, changed, shown, { role: "path" });
}
