import { Hono } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { tokensIssued, tokenTransport } from "../../http/token-transport.ts";
import { jsonBody, optionalJsonBody } from "../../http/validation.ts";
import { answeredChallenge, challengedOnWire, emptyBody } from "../../wire/credentials/passkeys.ts";

/** Signing in with a passkey and without a user name. */
export const passkeyRoutes = new Hono<AppEnv>()
  .post("/v1/auth/passkeys/options", access("public"), optionalJsonBody(emptyBody), async (c) => {
    // Without a limit: a page asks when it is opened, and nothing is read or kept.
    const challenged = await c.get("services").sessions.challengeAnyone(anyoneAt(c));
    return answer(c, challenged, (value) => c.json(challengedOnWire(value)));
  })

  .post(
    "/v1/auth/passkeys/login",
    access("public"),
    tokenTransport,
    jsonBody(answeredChallenge),
    async (c) => {
      const { challenge_token: token, credential } = c.req.valid("json");
      const limited = await limitByAddress(c, credential.id);
      if (limited !== null) return limited;
      const { signInByPasskey } = c.get("services").sessions;
      const signedIn = await signInByPasskey(anyoneAt(c), { token, credential });
      return answer(c, signedIn, (tokens) => tokensIssued(c, tokens));
    },
  );
