import { Hono } from "hono";
import { access } from "../../http/access.ts";
import type { AppEnv } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { tokensIssued, tokenTransport } from "../../http/token-transport.ts";
import { jsonBody, optionalJsonBody } from "../../http/validation.ts";
import { ownerProof } from "../../wire/accounts/factors.ts";
import { ownChange, passwordChange } from "../../wire/accounts/own-account.ts";
import { userOnWire } from "../../wire/accounts/users.ts";

/** What people do with their own account. Whose it is comes from the access token alone. */
export const ownAccountRoutes = new Hono<AppEnv>()
  .get("/v1/users/me", access("self"), async (c) => {
    const actor = c.get("user");
    const found = await c.get("services").accounts.findUser(actor, actor.userId);
    return answer(c, found, (user) => c.json({ user: userOnWire(user) }));
  })

  .patch("/v1/users/me", access("self"), jsonBody(ownChange), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId); // each is recorded
    if (limited !== null) return limited;
    const { renameOwnAccount } = c.get("services").accounts;
    const renamed = await renameOwnAccount(actor, c.req.valid("json"));
    return answer(c, renamed, (user) => c.json({ user: userOnWire(user) }));
  })

  .delete("/v1/users/me", access("self"), optionalJsonBody(ownerProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password = null } = c.req.valid("json");
    const deleted = await c.get("services").accounts.deleteOwnAccount(actor, password);
    return answer(c, deleted, () => c.body(null, 204));
  })

  .post(
    "/v1/users/me/password",
    access("self"),
    tokenTransport,
    jsonBody(passwordChange),
    async (c) => {
      const actor = c.get("user");
      const limited = await limitByAddress(c, actor.userId);
      if (limited !== null) return limited;
      const { current_password: current, new_password: next } = c.req.valid("json");
      const input = { current, next };
      const changed = await c.get("services").accounts.changePassword(actor, input);
      const at = { password: "new_password" };
      return answer(c, changed, (tokens) => tokensIssued(c, tokens), at);
    },
  );
