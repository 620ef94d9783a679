import { Hono } from "hono";
import type { StoredSigningKey } from "../../../use-cases/keys/ports.ts";
import { revokeSigningKey } from "../../../use-cases/keys/revoke-signing-key.ts";
import { rotateSigningKeys } from "../../../use-cases/keys/rotate-signing-keys.ts";
import { access } from "../../http/access.ts";
import type { AppContext, AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { optionalJson } from "../../http/validation.ts";
import { keysOnWire, rotation } from "../../wire/keys/keys.ts";

export const keyRoutes = new Hono<AppEnv>()
  .get("/v1/keys", access({ permission: "keys:read" }), async (c) =>
    c.json(shown(c, await c.get("services").rotation.keys.list())),
  )

  .post("/v1/keys/rotate", access({ permission: "keys:rotate" }), async (c) => {
    const { rotation: deps, ring } = c.get("services");
    const body = await optionalJson(c, rotation);
    if (body instanceof Response) return body;
    try {
      if (body.revoke === undefined) return c.json(shown(c, await rotateSigningKeys(deps, true)));
      const revoked = await revokeSigningKey(deps, body.revoke);
      return revoked.ok ? c.json(shown(c, revoked.value)) : problem(c, revoked.error);
    } finally {
      // Even half done: from here on this isolate goes by what D1 says.
      ring.forget();
    }
  });

function shown(c: AppContext, keys: readonly StoredSigningKey[]) {
  const { clock, config } = c.get("services");
  return { keys: keysOnWire(keys, clock(), config.signingKeys) };
}
