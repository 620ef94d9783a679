import { Hono } from "hono";
import { parseRoleName } from "../../../domain/access/role-name.ts";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import { MAX_CLIENT_SECRETS, MAX_SERVICE_ACCOUNTS } from "../../../domain/limits.ts";
import { createServiceAccount } from "../../../use-cases/clients/create-service-account.ts";
import { deleteServiceAccount } from "../../../use-cases/clients/delete-service-account.ts";
import { endClientSecret } from "../../../use-cases/clients/end-client-secret.ts";
import type { MadeSecret } from "../../../use-cases/clients/new-secret.ts";
import { rotateClientSecret } from "../../../use-cases/clients/rotate-client-secret.ts";
import { setServiceAccountRole } from "../../../use-cases/clients/set-service-account-role.ts";
import { updateServiceAccount } from "../../../use-cases/clients/update-service-account.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { problem, refused, tooMany } from "../../http/errors.ts";
import { jsonBody } from "../../http/validation.ts";
import {
  clientSecretOnWire,
  endedOnWire,
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
    const accounts = await c.get("services").serviceAccounts.list();
    return c.json({ service_accounts: accounts.map(serviceAccountOnWire) });
  })

  .post("/v1/service-accounts", canWrite, jsonBody(newServiceAccount), async (c) => {
    const actor = c.get("caller");
    const made = await createServiceAccount(c.get("services"), actor, c.req.valid("json"));
    if (made.ok) return c.json(madeOnWire(made.value), 201);
    if (made.error !== "too_many_service_accounts") return refused(c, made.error);
    return tooMany(c, `${MAX_SERVICE_ACCOUNTS} service accounts`);
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
    const changed = await updateServiceAccount(c.get("services"), c.get("caller"), id.value, {
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    });
    if (!changed.ok) return refused(c, changed.error);
    const { account, ended } = changed.value;
    return c.json({ service_account: serviceAccountOnWire(account), ...endedOnWire(ended) });
  })

  .delete("/v1/service-accounts/:id", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const deleted = await deleteServiceAccount(c.get("services"), c.get("caller"), id.value);
    return deleted.ok ? c.body(null, 204) : refused(c, deleted.error);
  })

  .get("/v1/service-accounts/:id/secrets", canRead, async (c) => {
    const { serviceAccounts, clock } = c.get("services");
    const id = parseServiceAccountId(c.req.param("id"));
    const found = id.ok ? await serviceAccounts.withSecrets(id.value, clock()) : null;
    if (found === null) return problem(c, "not_found");
    return c.json({ secrets: found.secrets.map(clientSecretOnWire) });
  })

  .post("/v1/service-accounts/:id/secrets", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const made = await rotateClientSecret(c.get("services"), c.get("caller"), id.value);
    if (made.ok) return c.json(madeOnWire(made.value), 201);
    if (made.error !== "too_many_secrets") return refused(c, made.error);
    return tooMany(c, `${MAX_CLIENT_SECRETS} living secrets of an account: end one first`);
  })

  .delete("/v1/service-accounts/:id/secrets/:secret", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const secret = c.req.param("secret");
    const ended = await endClientSecret(c.get("services"), c.get("caller"), id.value, secret);
    return ended.ok ? c.body(null, 204) : refused(c, ended.error);
  })

  .put("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "assign_role"))
  .delete("/v1/service-accounts/:id/roles/:role", canAssign, (c) => changeRole(c, "remove_role"));

const madeOnWire = ({ account, secret, secretId }: MadeSecret) => ({
  service_account: serviceAccountOnWire(account),
  client_id: account.id,
  client_secret: secret,
  secret_id: secretId,
});

async function changeRole(c: AppContext, wanted: "assign_role" | "remove_role") {
  const id = parseServiceAccountId(c.req.param("id"));
  const role = parseRoleName(c.req.param("role") ?? "");
  if (!id.ok || !role.ok) return problem(c, "not_found");
  const actor = c.get("caller");
  const services = c.get("services");
  const changed = await setServiceAccountRole(services, actor, id.value, role.value, wanted);
  if (!changed.ok)
    return problem(c, changed.error === "no_such_role" ? "not_found" : changed.error);
  return changed.value.length === 0 ? c.body(null, 204) : c.json(endedOnWire(changed.value));
}
