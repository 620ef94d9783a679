import { Hono } from "hono";
import { parseSessionId } from "../../../domain/ids.ts";
import { changePassword } from "../../../use-cases/accounts/change-password.ts";
import { deleteOwnAccount } from "../../../use-cases/accounts/delete-own-account.ts";
import { access } from "../../http/access.ts";
import { type AppEnv, deviceOf } from "../../http/context.ts";
import { problem, tooManyRequests } from "../../http/errors.ts";
import { limitByAddress } from "../../http/limits.ts";
import { jsonBody } from "../../http/validation.ts";
import { weakPassword } from "../../http/weak-password.ts";
import { ownChange, sessionOnWire, userOnWire } from "../../wire/accounts/users.ts";
import { passwordChange, passwordProof, tokensOnWire } from "../../wire/sessions/auth.ts";

/** What people do with their own account. Whose it is comes from the access token alone. */
export const ownAccountRoutes = new Hono<AppEnv>()
  .get("/v1/users/me", access("self"), async (c) => {
    const found = await c.get("services").users.findById(c.get("user").userId);
    return found === null ? problem(c, "not_found") : c.json({ user: userOnWire(found.user) });
  })

  .patch("/v1/users/me", access("self"), jsonBody(ownChange), async (c) => {
    const { users, clock } = c.get("services");
    const { userId } = c.get("user");
    const { name } = c.req.valid("json");
    if (name !== undefined) await users.rename(userId, name, clock());
    const found = await users.findById(userId);
    return found === null ? problem(c, "not_found") : c.json({ user: userOnWire(found.user) });
  })

  .delete("/v1/users/me", access("self"), jsonBody(passwordProof), async (c) => {
    const user = c.get("user");
    const limited = await limitByAddress(c, user.userId);
    if (limited !== null) return limited;
    const result = await deleteOwnAccount(c.get("services"), user, c.req.valid("json").password);
    if (result.kind === "done") return c.body(null, 204);
    if (result.kind === "throttled") return tooManyRequests(c, result.retryAfter);
    return problem(c, result.kind);
  })

  .post("/v1/users/me/password", access("self"), jsonBody(passwordChange), async (c) => {
    const user = c.get("user");
    const limited = await limitByAddress(c, user.userId);
    if (limited !== null) return limited;
    const { current_password: current, new_password: next } = c.req.valid("json");
    const input = { current, next, device: deviceOf(c) };
    const result = await changePassword(c.get("services"), user, input);
    if (result.kind === "done") return c.json(tokensOnWire(result.tokens));
    if (result.kind === "throttled") return tooManyRequests(c, result.retryAfter);
    if (result.kind === "weak_password") return weakPassword(c, "new_password", result.weakness);
    return problem(c, result.kind);
  })

  .get("/v1/auth/sessions", access("self"), async (c) => {
    const { userId, sessionId } = c.get("user");
    const sessions = await c.get("services").sessions.listSessions(userId);
    return c.json({ sessions: sessions.map((session) => sessionOnWire(session, sessionId)) });
  })

  .delete("/v1/auth/sessions/:id", access("self"), async (c) => {
    const id = parseSessionId(c.req.param("id"));
    if (!id.ok) return problem(c, "not_found");
    const { sessions } = c.get("services");
    const ended = await sessions.endSessions(c.get("user").userId, { only: id.value });
    return ended > 0 ? c.body(null, 204) : problem(c, "not_found");
  });
