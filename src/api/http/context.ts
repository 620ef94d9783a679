import type { Context } from "hono";
import type { Env } from "../../bindings.ts";
import { type Actor, ANYONE, type Origin, type Person } from "../../domain/access/actor.ts";
import { shownPart } from "../../domain/shown-text.ts";
import type { Services } from "../../services.ts";

export type AppEnv = {
  Bindings: Env;
  Variables: {
    /** Stands in the reply and in every log line of the request. */
    requestId: string;
    services: Services;
    /** The pattern that the path matched; none where no route did. */
    route?: string;
    /** The code of the problem that was answered last. */
    problemCode?: string;
    /** Set where the request's refresh token travels in a cookie. */
    isByCookie?: true;
    /** Set by the access declaration of every route that is not public. */
    caller: Actor;
    /** Set where the caller is a person. */
    user: Person;
  };
};

export type AppContext = Context<AppEnv>;

/** The only address header that clients cannot set. */
export const clientAddress = (c: AppContext): string | null =>
  c.req.header("cf-connecting-ip") ?? null;

const MAX_USER_AGENT_LENGTH = 256;

/** Where a request comes from, as its session's owner is shown it. */
export const originOf = (c: AppContext): Origin => ({
  ip: clientAddress(c),
  userAgent: shownPart(c.req.header("user-agent") ?? "", MAX_USER_AGENT_LENGTH) || null,
  requestId: c.get("requestId"),
});

/** Whoever has not shown yet who it is. */
export const anyoneAt = (c: AppContext): Actor => ({ ...ANYONE, from: originOf(c) });
