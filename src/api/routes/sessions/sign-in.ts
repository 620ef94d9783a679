import { Hono } from "hono";
import { ANYONE } from "../../../domain/access/actor.ts";
import { access } from "../../http/access.ts";
import { type AppEnv, deviceOf } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { credentials, refreshRequest, tokensOnWire } from "../../wire/sessions/sign-in.ts";

export const signInRoutes = new Hono<AppEnv>()
  .post("/v1/auth/login", access("public"), jsonBody(credentials), async (c) => {
    const { email, password, device: deviceToken = null } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const input = { email, password, deviceToken, device: deviceOf(c) };
    const signedIn = await c.get("services").sessions.authenticateUser(ANYONE, input);
    return answer(c, signedIn, (tokens) => c.json(tokensOnWire(tokens)));
  })

  .post("/v1/auth/refresh", access("public"), jsonBody(refreshRequest), async (c) => {
    const { refresh_token: token } = c.req.valid("json");
    const refreshed = await c
      .get("services")
      .sessions.rotateRefreshToken(ANYONE, token, deviceOf(c));
    return answer(c, refreshed, (tokens) => c.json(tokensOnWire(tokens)));
  });
