import { Hono } from "hono";
import { bearerToken } from "../../../client/bearer-token.ts";
import type { Actor } from "../../../domain/access/actor.ts";
import { access } from "../../http/access.ts";
import { type AppContext, type AppEnv, anyoneAt } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import {
  addressee,
  emailChange,
  passwordReset,
  verification,
} from "../../wire/accounts/account-flows.ts";

const isPublic = access("public");

/** What goes through somebody's inbox. No reply tells whether there is an account. */
export const accountFlowRoutes = new Hono<AppEnv>()
  .post("/v1/auth/password/forgot", isPublic, jsonBody(addressee), async (c) => {
    const { email } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const { requestMail } = c.get("services").accountFlows;
    const asked = await requestMail(anyoneAt(c), email, "reset_password");
    return answer(c, asked, () => c.body(null, 202));
  })

  .post("/v1/auth/email/resend", isPublic, jsonBody(addressee), async (c) => {
    const { email } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const { requestMail } = c.get("services").accountFlows;
    const asked = await requestMail(anyoneAt(c), email, "verify_email");
    return answer(c, asked, () => c.body(null, 202));
  })

  .post("/v1/auth/password/reset", isPublic, jsonBody(passwordReset), async (c) => {
    const input = c.req.valid("json");
    const limited = await limitByAddress(c, input.token);
    if (limited !== null) return limited;
    const reset = await c.get("services").accountFlows.resetPassword(anyoneAt(c), input);
    return answer(c, reset, () => c.body(null, 204));
  })

  .post("/v1/auth/email/verify", isPublic, jsonBody(verification), async (c) => {
    const { token, password = null } = c.req.valid("json");
    const limited = await limitByAddress(c, token);
    if (limited !== null) return limited;
    const actor = await actorOf(c);
    if (actor === null) return problem(c, "invalid_token");
    const { verifyEmail } = c.get("services").accountFlows;
    const verified = await verifyEmail(actor, { token, password });
    return answer(c, verified, ({ resetToken }) =>
      resetToken === null ? c.body(null, 204) : c.json({ reset_token: resetToken }),
    );
  })

  .post("/v1/users/me/email", access("self"), jsonBody(emailChange), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { requestEmailChange } = c.get("services").accountFlows;
    const { email, password = null } = c.req.valid("json");
    const asked = await requestEmailChange(actor, { email, password });
    return answer(c, asked, () => c.body(null, 202));
  });

/**
 * Whoever asks: a person, if they show it. A token that is no longer good is no reason to go on as
 * anyone, who would lose the password.
 */
async function actorOf(c: AppContext): Promise<Actor | null> {
  const header = c.req.header("authorization");
  const anyone = anyoneAt(c);
  if (header === undefined) return anyone;
  const token = bearerToken(header);
  if (token === null) return null;
  const known = await c.get("services").tokens.identifyCaller(token, false);
  return known.ok ? { ...known.value, ...(anyone.from && { from: anyone.from }) } : null;
}
