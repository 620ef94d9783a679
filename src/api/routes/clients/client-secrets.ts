import { Hono } from "hono";
import { parseServiceAccountId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { answer } from "../../http/refusals.ts";
import { clientSecretOnWire, madeOnWire } from "../../wire/clients/client-secrets.ts";

const canRead = access({ permission: "service-accounts:read" });
const canWrite = access({ permission: "service-accounts:write" });

/** Administration of the secrets that service accounts authenticate with. */
export const clientSecretRoutes = new Hono<AppEnv>()
  .get("/v1/service-accounts/:id/secrets", canRead, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const listed = await c.get("services").clients.listClientSecrets(c.get("caller"), id.value);
    return answer(c, listed, (secrets) => c.json({ secrets: secrets.map(clientSecretOnWire) }));
  })

  .post("/v1/service-accounts/:id/secrets", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const made = await c.get("services").clients.rotateClientSecret(c.get("caller"), id.value);
    return answer(c, made, (secret) => c.json(madeOnWire(secret), 201));
  })

  .delete("/v1/service-accounts/:id/secrets/:secret", canWrite, async (c) => {
    const id = parseServiceAccountId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { endClientSecret } = c.get("services").clients;
    const ended = await endClientSecret(c.get("caller"), id.value, c.req.param("secret"));
    return answer(c, ended, () => c.body(null, 204));
  });
