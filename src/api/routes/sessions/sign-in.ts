import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import {
  shownToken,
  tokensIssued,
  tokenTransport,
  withoutToken,
} from "../../http/token-transport.ts";
import { jsonBody, optionalJsonBody } from "../../http/validation.ts";
import { credentials, shownRefreshToken } from "../../wire/sessions/sign-in.ts";

export const signInRoutes = new Hono<AppEnv>()
  .post("/v1/auth/login", access("public"), tokenTransport, jsonBody(credentials), async (c) => {
    const { email, password, device } = c.req.valid("json");
    const deviceToken = shownToken(c, device, "device");
    if (deviceToken instanceof Response) return deviceToken;
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const input = { email, password, deviceToken };
    const signedIn = await c.get("services").sessions.authenticateUser(anyoneAt(c), input);
    return answer(c, signedIn, (tokens) => tokensIssued(c, tokens));
  })

  .post(
    "/v1/auth/refresh",
    access("public"),
    tokenTransport,
    optionalJsonBody(shownRefreshToken),
    async (c) => {
      const token = shownToken(c, c.req.valid("json").refresh_token) ?? withoutToken(c);
      if (token instanceof Response) return token;
      const { sessions } = c.get("services");
      const refreshed = await sessions.rotateRefreshToken(anyoneAt(c), token);
      return answer(c, refreshed, (tokens) => tokensIssued(c, tokens));
    },
  );
