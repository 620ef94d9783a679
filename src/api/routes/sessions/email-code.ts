import { Hono, type MiddlewareHandler } from "hono";
import { access } from "../../http/access.ts";
import { type AppEnv, anyoneAt } from "../../http/context.ts";
import { problem } from "../../http/errors.ts";
import { limitByAddress } from "../../http/rate-limits.ts";
import { answer } from "../../http/refusals.ts";
import { tokensIssued, tokenTransport } from "../../http/token-transport.ts";
import { jsonBody } from "../../http/validation.ts";
import { addressee, codeProof } from "../../wire/accounts/account-flows.ts";

/** Where nobody signs in by a code, there is nothing here. */
const whereOffered: MiddlewareHandler<AppEnv> = async (c, next) =>
  c.get("services").config.emailCodeSignIn ? next() : problem(c, "not_found");

const isPublic = access("public");

/** Sign-in by a code that is mailed. */
export const emailCodeRoutes = new Hono<AppEnv>()
  .post("/v1/auth/email-code/start", isPublic, whereOffered, jsonBody(addressee), async (c) => {
    const { email } = c.req.valid("json");
    const limited = await limitByAddress(c, email);
    if (limited !== null) return limited;
    const { requestSignInCode } = c.get("services").accountFlows;
    const started = await requestSignInCode(anyoneAt(c), email);
    return answer(c, started, (flow) => c.json({ flow }, 202));
  })

  .post(
    "/v1/auth/email-code/finish",
    isPublic,
    whereOffered,
    tokenTransport,
    jsonBody(codeProof),
    async (c) => {
      const input = c.req.valid("json");
      const limited = await limitByAddress(c, input.flow);
      if (limited !== null) return limited;
      const signedIn = await c.get("services").sessions.signInByCode(anyoneAt(c), input);
      return answer(c, signedIn, (tokens) => tokensIssued(c, tokens));
    },
  );
