import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { jsonBody } from "../../http/validation.ts";
import {
  accessTokenOnWire,
  secondFactor,
  shownIn,
  stepUpProof,
  tokensOnWire,
} from "../../wire/sessions/sign-in.ts";

/** What follows a first factor: the second at sign-in, and a step up in a session. */
export const secondFactorRoutes = new Hono<AppEnv>()
  .post("/v1/auth/login/second-factor", access("public"), jsonBody(secondFactor), async (c) => {
    const { second_factor_token: token, ...shown } = c.req.valid("json");
    const limited = await limitByAddress(c, token);
    if (limited !== null) return limited;
    const { signInBySecondFactor } = c.get("services").sessions;
    const input = { token, shown: shownIn(shown) };
    const signedIn = await signInBySecondFactor(anyoneAt(c), input);
    return answer(c, signedIn, (tokens) => c.json(tokensOnWire(tokens)));
  })

  .post("/v1/auth/step-up", access("self"), jsonBody(stepUpProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const { password, ...factor } = c.req.valid("json");
    const shown =
      password === undefined ? shownIn(factor) : ({ kind: "password", password } as const);
    const proven = await c.get("services").sessions.stepUp(actor, shown);
    return answer(c, proven, (token) => c.json(accessTokenOnWire(token)));
  });
