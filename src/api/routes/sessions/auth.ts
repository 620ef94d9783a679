import { Hono } from "hono";
import { bearerToken } from "../../../client/bearer-token.ts";
import { registerUser } from "../../../use-cases/accounts/register-user.ts";
import { refreshToken } from "../../../use-cases/sessions/refresh-token.ts";
import { logout } from "../../../use-cases/sessions/revoke-token.ts";
import { authenticateUser } from "../../../use-cases/sessions/sign-in.ts";
import { liveSession } from "../../../use-cases/tokens/verify-token.ts";
import { access } from "../../http/access.ts";
import { type AppEnv, deviceOf } from "../../http/context.ts";
import { problem, tooManyRequests } from "../../http/errors.ts";
import { limitByAddress } from "../../http/limits.ts";
import { jsonBody, optionalJson, queryParams } from "../../http/validation.ts";
import { weakPassword } from "../../http/weak-password.ts";
import { userOnWire } from "../../wire/accounts/users.ts";
import {
  credentials,
  logoutQuery,
  logoutRequest,
  refreshRequest,
  registration,
  tokensOnWire,
} from "../../wire/sessions/auth.ts";

export const authRoutes = new Hono<AppEnv>()
  .post("/v1/auth/register", access("public"), jsonBody(registration), async (c) => {
    const services = c.get("services");
    if (services.config.registration === "closed") return problem(c, "registration_closed");
    const { email, password, name = null } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const result = await registerUser(services, { email, password, name });
    if (result.kind === "weak_password") return weakPassword(c, "password", result.weakness);
    if (result.kind === "accepted") return c.body(null, 202);
    if (result.kind !== "created") return problem(c, "email_taken");
    return c.json(userOnWire(result.user), 201);
  })

  .post("/v1/auth/login", access("public"), jsonBody(credentials), async (c) => {
    const { email, password, device: deviceToken = null } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const input = { email, password, deviceToken, device: deviceOf(c) };
    const result = await authenticateUser(c.get("services"), input);
    if (result.kind === "throttled") return tooManyRequests(c, result.retryAfter);
    if (result.kind !== "signed_in") return problem(c, result.kind);
    return c.json(tokensOnWire(result.tokens));
  })

  .post("/v1/auth/refresh", access("public"), jsonBody(refreshRequest), async (c) => {
    const { refresh_token: token } = c.req.valid("json");
    const result = await refreshToken(c.get("services"), token, deviceOf(c));
    return result.ok ? c.json(tokensOnWire(result.value)) : problem(c, result.error);
  })

  // Public, because a refresh token in the body will do in place of the header.
  .post("/v1/auth/logout", access("public"), queryParams(logoutQuery), async (c) => {
    const services = c.get("services");
    const { scope } = c.req.valid("query");
    const body = await optionalJson(c, logoutRequest);
    if (body instanceof Response) return body;
    const bearer = bearerToken(c.req.header("authorization"));
    // Clients send the header with everything: an access token that ran out must not keep the
    // refresh token beside it alive.
    const user = bearer === null ? null : await liveSession(services, bearer);
    const result = await logout(services, user, body.refresh_token ?? null, scope);
    if (result.ok) return c.body(null, 204);
    if (result.error !== "ambiguous") return problem(c, result.error);
    return problem(c, "invalid_request", {
      errors: [{ path: "refresh_token", message: "must be of the access token's own session" }],
    });
  });
