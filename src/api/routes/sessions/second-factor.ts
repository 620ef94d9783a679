import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { tokensIssued, tokenTransport } from "../../http/token-transport.ts";
import { jsonBody, optionalJsonBody } from "../../http/validation.ts";
import { challengedOnWire, emptyBody } from "../../wire/credentials/passkeys.ts";
import {
  accessTokenOnWire,
  proofIn,
  secondFactor,
  secondFactorOptions,
  shownIn,
  stepUpProof,
} from "../../wire/sessions/sign-in.ts";

/** What follows a first factor: the second at sign-in, and a step up in a session. */
export const secondFactorRoutes = new Hono<AppEnv>()
  .post(
    "/v1/auth/login/second-factor",
    access("public"),
    tokenTransport,
    jsonBody(secondFactor),
    async (c) => {
      const { second_factor_token: token, ...shown } = c.req.valid("json");
      const limited = await limitByAddress(c, token);
      if (limited !== null) return limited;
      const { signInBySecondFactor } = c.get("services").sessions;
      const input = { token, shown: shownIn(shown) };
      const signedIn = await signInBySecondFactor(anyoneAt(c), input);
      return answer(c, signedIn, (tokens) => tokensIssued(c, tokens));
    },
  )

  .post(
    "/v1/auth/login/second-factor/options",
    access("public"),
    jsonBody(secondFactorOptions),
    async (c) => {
      const { second_factor_token: token } = c.req.valid("json");
      const limited = await limitByAddress(c, token);
      if (limited !== null) return limited;
      const { challengeSecondFactor } = c.get("services").sessions;
      const challenged = await challengeSecondFactor(anyoneAt(c), token);
      return answer(c, challenged, (value) => c.json(challengedOnWire(value)));
    },
  )

  .post("/v1/auth/step-up/options", access("self"), optionalJsonBody(emptyBody), async (c) => {
    const challenged = await c.get("services").sessions.challengeStepUp(c.get("user"));
    return answer(c, challenged, (value) => c.json(challengedOnWire(value)));
  })

  .post("/v1/auth/step-up", access("self"), jsonBody(stepUpProof), async (c) => {
    const actor = c.get("user");
    const limited = await limitByAddress(c, actor.userId);
    if (limited !== null) return limited;
    const proven = await c.get("services").sessions.stepUp(actor, proofIn(c.req.valid("json")));
    return answer(c, proven, (token) => c.json(accessTokenOnWire(token)));
  });
