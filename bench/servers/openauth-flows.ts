import { createHash } from "node:crypto";
import type { Actor, Exchange, Reply } from "../measure/load.ts";
import { get, send } from "./http.ts";
import { ISSUER, PASSWORD } from "./product.ts";
import type { Tokens } from "./rotation.ts";

const CALLBACK = "http://localhost:3000/callback";
const CLIENT = "bench";
const VERIFIER = "a-code-verifier-of-at-least-forty-three-characters";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

/** As its proxy would say: what is issued then names ISSUER, on whichever port it runs. */
const FORWARDED = { "x-forwarded-host": new URL(ISSUER).host, "x-forwarded-proto": "http" };

/** A step of a flow: what to send, given the cookies so far and the last reply. */
type Step = {
  readonly exchange: (cookie: string, last: Reply) => Exchange;
  readonly isExpected: (reply: Reply) => boolean;
};

const form = (path: string, fields: Record<string, string>, cookie = ""): Exchange => ({
  method: "POST",
  path,
  headers: {
    "content-type": "application/x-www-form-urlencoded",
    ...FORWARDED,
    ...(cookie === "" ? {} : { cookie }),
  },
  body: `${new URLSearchParams(fields)}`,
});

export const refreshExchange = (token: string): Exchange =>
  form("/token", { grant_type: "refresh_token", refresh_token: token });

const authorize: Step = {
  exchange: () => {
    const asked = new URLSearchParams({
      client_id: CLIENT,
      redirect_uri: CALLBACK,
      response_type: "code",
      state: "state",
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
    });
    return get(`/authorize?${asked}`, FORWARDED);
  },
  isExpected: ({ status }) => status === 302,
};

const hasCode = (reply: Reply): boolean =>
  reply.status === 302 && headerOf(reply, "location").includes("code=");

/** @param last the redirect to CALLBACK */
const exchangeCode: Step = {
  exchange: (_, last) =>
    form("/token", {
      grant_type: "authorization_code",
      client_id: CLIENT,
      code: new URL(headerOf(last, "location")).searchParams.get("code") ?? "",
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    }),
  isExpected: ({ status, body }) => status === 200 && body.includes('"refresh_token"'),
};

const LOGIN_PATH = "/password/authorize";
const REGISTER_PATH = "/password/register";

/** Without the login page between, which is the application's. */
export const signInSteps = (email: string): Step[] => [
  authorize,
  {
    exchange: (cookie) => form(LOGIN_PATH, { email, password: PASSWORD }, cookie),
    isExpected: hasCode,
  },
  exchangeCode,
];

/** The page is asked for, since it sets the cookie that the flow's state is in. */
export const signUpSteps = (email: string): Step[] => [
  authorize,
  {
    exchange: (cookie) => get(REGISTER_PATH, { ...FORWARDED, cookie }),
    isExpected: ({ status, body }) => status === 200 && body === "register",
  },
  {
    exchange: (cookie) => {
      const fields = { action: "register", email, password: PASSWORD, repeat: PASSWORD };
      return form(REGISTER_PATH, fields, cookie);
    },
    isExpected: ({ status, body }) => status === 200 && /^\d{6}$/.test(body),
  },
  {
    exchange: (cookie, { body: code }) => form(REGISTER_PATH, { action: "verify", code }, cookie),
    isExpected: hasCode,
  },
];

const NOTHING: Reply = { status: 0, body: "", headers: {} };

/** Walks the steps over and over, each time with no cookies; the last one ends the operation. */
export function walking(steps: () => readonly Step[]): Actor {
  let [remaining, cookies, last]: [readonly Step[], Map<string, string>, Reply] = [
    steps(),
    new Map(),
    NOTHING,
  ];
  return {
    next: () => remaining[0]?.exchange(cookieOf(cookies), last) ?? get("/"),
    judge: (reply) => {
      const [step, ...rest] = remaining;
      if (step === undefined || !step.isExpected(reply)) return "unexpected";
      keepCookies(cookies, reply);
      [remaining, last] = [rest, reply];
      if (rest.length > 0) return "more";
      [remaining, cookies] = [steps(), new Map()];
      return "done";
    },
  };
}

/**
 * Walks the steps once, outside the measurement.
 *
 * @returns the last reply's body
 */
export async function walk(origin: string, steps: readonly Step[]): Promise<string> {
  const actor = walking(() => steps);
  for (;;) {
    const exchange = actor.next();
    const reply = await send(origin, exchange);
    const verdict = actor.judge(reply);
    if (verdict === "done") return reply.body;
    if (verdict === "unexpected") {
      throw new Error(`${exchange.path}: ${reply.status} ${reply.body.slice(0, 300)}`);
    }
  }
}

/** Signs in; the account is there. */
export async function tokensOf(origin: string, email: string): Promise<Tokens> {
  return JSON.parse(await walk(origin, signInSteps(email)));
}

function headerOf({ headers }: Reply, name: string): string {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return String(found?.[1] ?? "");
}

/** Each of its replies sets or clears one cookie at most; what they hold has no comma. */
function keepCookies(cookies: Map<string, string>, reply: Reply): void {
  const [pair = ""] = headerOf(reply, "set-cookie").split(";", 1);
  const at = pair.indexOf("=");
  if (at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

const cookieOf = (cookies: ReadonlyMap<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
