import { Hono } from "hono";
import { parseFactorId } from "../../../domain/ids.ts";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody, optionalJsonBody } from "../../http/validation.ts";
import {
  factorOnWire,
  factorsOnWire,
  ownerProof,
  passkeyEnrolment,
  renaming,
  totpConfirmation,
} from "../../wire/accounts/factors.ts";
import { challengedOnWire } from "../../wire/credentials/passkeys.ts";

const ME = "/v1/users/me/factors";
const self = access("self");

/** One's own second factors. */
export const ownFactorRoutes = new Hono<AppEnv>()
  .get(ME, self, async (c) => {
    const listed = await c.get("services").factors.listOwnFactors(c.get("user"));
    return answer(c, listed, (held) => c.json(factorsOnWire(held)));
  })

  .post(`${ME}/totp`, self, optionalJsonBody(ownerProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password = null } = c.req.valid("json");
    const begun = await c.get("services").factors.enrolTotp(actor, password);
    return answer(c, begun, ({ id, secret, uri }) => c.json({ id, secret, otpauth_uri: uri }, 201));
  })

  .post(`${ME}/totp/:id/confirm`, self, jsonBody(totpConfirmation), async (c) => {
    const actor = c.get("user");
    const id = parseFactorId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { code } = c.req.valid("json");
    const confirmed = await c.get("services").factors.confirmTotp(actor, id.value, code);
    return answer(c, confirmed, ({ recoveryCodes: codes }) =>
      c.json(codes === null ? {} : { recovery_codes: codes }),
    );
  })

  .post(`${ME}/passkeys/options`, self, optionalJsonBody(ownerProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password = null } = c.req.valid("json");
    const begun = await c.get("services").factors.beginPasskey(actor, password);
    return answer(c, begun, (challenged) => c.json(challengedOnWire(challenged)));
  })

  .post(`${ME}/passkeys`, self, jsonBody(passkeyEnrolment), async (c) => {
    const { challenge_token: token, credential, name } = c.req.valid("json");
    const made = { token, credential, name };
    const added = await c.get("services").factors.addPasskey(c.get("user"), made);
    return answer(c, added, ({ passkey, recoveryCodes: codes }) =>
      c.json({ ...factorOnWire(passkey), ...(codes && { recovery_codes: codes }) }, 201),
    );
  })

  .patch(`${ME}/:id`, self, jsonBody(renaming), async (c) => {
    const id = parseFactorId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { name } = c.req.valid("json");
    const renamed = await c.get("services").factors.renamePasskey(c.get("user"), id.value, name);
    return answer(c, renamed, (passkey) => c.json(factorOnWire(passkey)));
  })

  .post(`${ME}/recovery-codes`, self, optionalJsonBody(ownerProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password = null } = c.req.valid("json");
    const renewed = await c.get("services").factors.renewRecoveryCodes(actor, password);
    return answer(c, renewed, (codes) => c.json({ recovery_codes: codes }));
  })

  .delete(`${ME}/:id`, self, optionalJsonBody(ownerProof), async (c) => {
    const actor = c.get("user");
    const id = parseFactorId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password = null } = c.req.valid("json");
    const removed = await c.get("services").factors.removeOwnFactor(actor, id.value, password);
    return answer(c, removed, () => c.body(null, 204));
  });
