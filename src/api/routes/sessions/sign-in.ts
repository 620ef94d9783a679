import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import { credentials, refreshRequest, tokensOnWire } from "../../wire/sessions/sign-in.ts";

export const signInRoutes = new Hono<AppEnv>()
  .post("/v1/auth/login", access("public"), jsonBody(credentials), async (c) => {
    const { email, password, device: deviceToken = null } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const input = { email, password, deviceToken };
    const signedIn = await c.get("services").sessions.authenticateUser(anyoneAt(c), input);
    return answer(c, signedIn, (tokens) => c.json(tokensOnWire(tokens)));
  })

  .post("/v1/auth/refresh", access("public"), jsonBody(refreshRequest), async (c) => {
    const { refresh_token: token } = c.req.valid("json");
    const { sessions } = c.get("services");
    const refreshed = await sessions.rotateRefreshToken(anyoneAt(c), token);
    return answer(c, refreshed, (tokens) => c.json(tokensOnWire(tokens)));
  });
