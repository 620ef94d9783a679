import { Hono } from "hono";
import { bearerToken } from "../../../client/bearer-token.ts";
import type { Actor } from "../../../domain/access/actor.ts";
import { access } from "../../http/access.ts";
import { type AppContext, type AppEnv, anyoneAt, originOf } from "../../http/context.ts";
import { answer } from "../../http/refusals.ts";
import { forgetToken, readTransport, shownToken } from "../../http/token-transport.ts";
import { optionalJsonBody, queryParams } from "../../http/validation.ts";
import { logoutQuery } from "../../wire/sessions/logout.ts";
import { shownRefreshToken } from "../../wire/sessions/sign-in.ts";

/** Public, because a refresh token in the body will do in place of the header. */
export const logoutRoute = new Hono<AppEnv>().post(
  "/v1/auth/logout",
  access("public"),
  queryParams(logoutQuery),
  readTransport,
  optionalJsonBody(shownRefreshToken),
  async (c) => {
    const { scope } = c.req.valid("query");
    const token = shownToken(c, c.req.valid("json").refresh_token);
    if (token instanceof Response) return token;
    const ended = await c.get("services").sessions.logout(await bearerOf(c), token, scope);
    if (ended.ok && scope !== "others") forgetToken(c);
    return answer(c, ended, () => c.body(null, 204));
  },
);

/**
 * An expired access token counts as none: clients send the header with everything, and the refresh
 * token beside it must still end its session.
 */
async function bearerOf(c: AppContext): Promise<Actor> {
  const token = bearerToken(c.req.header("authorization"));
  if (token === null) return anyoneAt(c);
  const known = await c.get("services").tokens.identifyPerson(token);
  return known.ok ? { ...known.value, from: originOf(c) } : anyoneAt(c);
}
