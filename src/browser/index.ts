/**
 * For web apps on the same site as the service: who is signed in, and a `fetch` that shows it. The
 * refresh token is in a cookie that no script can read (`?transport=cookie`); the access token is in
 * the memory of each tab, and passed on to the others.
 */
import { type Reason, Tabs } from "./tabs.ts";

/** What went wrong, as the service says it (RFC 9457). */
export type Problem = {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** With `second_factor_required`: go on at `/v1/auth/login/second-factor`. */
  readonly second_factor_token?: string;
  readonly factors?: readonly string[];
};

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly problem: Problem };

export type AuthOptions = {
  /** Where the service is, such as `https://auth.example.com`. */
  readonly service: string;
  /** Origins beside it that may be shown the access token, such as `https://api.example.com`. */
  readonly apis?: readonly string[];
  /**
   * Hears that the person whose page this is is gone: signed out, here or in another tab; ended by
   * others; or replaced by somebody who signed in elsewhere in this browser, and whose page this is
   * now. Show nothing of the former.
   */
  readonly onSignedOut?: (reason: Reason) => void;
};

export type BrowserAuth = {
  /**
   * Signs in.
   *
   * @param body as the endpoint takes it, such as `{ email, password }`
   * @param path of the endpoint: also `/v1/auth/login/second-factor`, `/v1/auth/passkeys/login` or
   *   `/v1/auth/email-code/finish`
   * @throws Unreachable when no answer came: it may be tried again
   */
  signIn(body: object, path?: string): Promise<Outcome>;
  /** Proves again who one is (`/v1/auth/step-up`). @throws Unreachable, Replaced as `fetch` does */
  stepUp(body: object): Promise<Outcome>;
  /** `{ current_password, new_password }`; every other session has ended. @throws the same */
  changePassword(body: object): Promise<Outcome>;
  /** Ends the session, or every one of the account. @throws Unreachable */
  signOut(scope?: "local" | "global"): Promise<void>;
  /** Whether somebody is signed in; asks the service where no tab knows. @throws Unreachable */
  isSignedIn(): Promise<boolean>;
  /**
   * Like the platform's, with the access token of whoever is signed in when it is called. A token
   * that is about to end is renewed first; one that was refused is renewed, and the request sent
   * once more.
   *
   * Where nobody is signed in it goes without one.
   *
   * @throws TypeError for an origin that may not see the token, as the platform does
   * @throws Replaced when somebody else signed in meanwhile
   * @throws Unreachable when the token cannot be renewed now. After either of these, at most the
   *   request that was refused has been sent
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
};

/** The service did not answer, or not now. Nobody was signed out by it. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Somebody else signed in in this browser: the request was another's, and is not made. */
export class Replaced extends Error {
  override readonly name = "Replaced";
}

/** What the service answered, which is believed: it is the app's own. */
// biome-ignore lint/suspicious/noExplicitAny: tokens or a problem, by the status
type Answer = { readonly ok: boolean; readonly status: number; readonly body: any };

/** Milliseconds before its end in which a token is not sent any more: it has to arrive alive. */
const MARGIN = 30_000;

/** Milliseconds in which a token that was just given is not renewed for a 401 without a reason. */
const YOUNG = 10_000;

/**
 * Waits before further tries to renew a token, and what one try may take, in milliseconds. In one
 * tab they stay together below the 30 s in which the service gives the same successor again.
 */
const PAUSES = [500, 2_000];
const PATIENCE = 8_000;

export function createAuth({ service, apis = [], onSignedOut }: AuthOptions): BrowserAuth {
  const base = originOf(service);
  const shownTo = new Set([base, ...apis.map(originOf)]);
  const tabs = new Tabs(base, onSignedOut ?? (() => undefined));

  /** Reads the answer to its end, or the browser would hold the connection for it. */
  const post = async (path: string, body?: object, token?: string | null): Promise<Answer> => {
    const url = new URL(path, base);
    if (url.origin !== base) throw new TypeError(`${path} is no path of the service`);
    const headers = new Headers();
    if (body !== undefined) headers.set("content-type", "application/json");
    if (token) headers.set("authorization", `Bearer ${token}`);
    try {
      const reply = await fetch(url, {
        method: "POST",
        credentials: "include",
        signal: AbortSignal.timeout(PATIENCE),
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { ok: reply.ok, status: reply.status, body: text === "" ? null : JSON.parse(text) };
    } catch (cause) {
      throw new Unreachable("the service does not answer", { cause });
    }
  };

  /** One try, for which alone the other tabs wait; null where nobody is signed in. */
  const renewOnce = (refused: string | null): Promise<string | null> =>
    tabs.inTurn(async (hasWaited) => {
      const known = await tabs.latest(MARGIN, hasWaited);
      if (known !== null && known !== refused) return known;
      const answer = await post("/v1/auth/refresh?transport=cookie");
      if (answer.ok) return tabs.keep(answer.body);
      if (answer.status !== 401) throw notNow(answer);
      tabs.forget("ended");
      return null;
    });

  const renewPatiently = async (refused: string | null): Promise<string | null> => {
    for (const pause of PAUSES) {
      try {
        return await renewOnce(refused);
      } catch (error) {
        if (error instanceof Refusal) throw error;
      }
      await new Promise((done) => setTimeout(done, pause));
    }
    return renewOnce(refused);
  };

  let renewal: Promise<string | null> | null = null;

  /** Whoever asks meanwhile waits for the same renewal, and shares what comes of it. */
  const renew = (refused: string | null): Promise<string | null> => {
    renewal ??= renewPatiently(refused).finally(() => {
      renewal = null;
    });
    return renewal;
  };

  /** The token of a person, who was signed in when it was asked for. */
  const tokenOf = async (user: string | null, refused: string | null): Promise<string | null> => {
    const usable = refused === null ? tabs.token(MARGIN) : null;
    const token = usable ?? (await renew(refused));
    if (user !== null && tabs.user() !== user && token !== null) {
      throw new Replaced("somebody else signed in");
    }
    return token;
  };

  /** Posts to an endpoint that gives tokens, and keeps them. */
  const obtain = (path: string, body: object, token: string | null): Promise<Outcome> =>
    tabs.inTurn(async () => {
      const answer = await post(path, body, token);
      if (!answer.ok && answer.body === null) throw notNow(answer);
      if (!answer.ok) return { ok: false, problem: answer.body };
      tabs.keep(answer.body, "own");
      return { ok: true };
    });

  /**
   * Sends with the token of whoever is signed in. Another tab may have ended its session meanwhile:
   * where it is refused nothing was done, so it is sent once more, with the one that counts now.
   */
  const asUser = async <T>(
    send: (token: string | null) => Promise<T>,
    isRefused: (answer: T) => boolean,
  ): Promise<T> => {
    const user = tabs.user();
    const token = await tokenOf(user, null);
    const answer = await send(token);
    if (token === null || !isRefused(answer)) return answer;
    const renewed = await tokenOf(user ?? tabs.user(), token);
    return renewed === null ? answer : send(renewed);
  };

  const obtainAsUser = (path: string, body: object): Promise<Outcome> =>
    asUser(
      (token) => obtain(path, body, token),
      (outcome) => !outcome.ok && outcome.problem.code === "invalid_token",
    );

  return {
    signIn: (body, path = "/v1/auth/login") => obtain(`${path}?transport=cookie`, body, null),

    stepUp: (body) => obtainAsUser("/v1/auth/step-up", body),

    changePassword: (body) => obtainAsUser("/v1/users/me/password?transport=cookie", body),

    signOut: (scope = "local") =>
      tabs.inTurn(async () => {
        const answer = await post(`/v1/auth/logout?transport=cookie&scope=${scope}`);
        // A session that has ended is signed out of.
        if (!answer.ok && answer.status !== 401) throw notNow(answer);
        tabs.forget("signed_out");
      }),

    isSignedIn: async () => (tabs.token(MARGIN) ?? (await renew(null))) !== null,

    async fetch(input, init) {
      const request = new Request(input, init);
      const { origin } = new URL(request.url);
      if (!shownTo.has(origin)) throw new TypeError(`${origin} is none of the apis`);
      const send = (token: string | null) => {
        request.signal.throwIfAborted();
        // What was sent cannot be read again.
        return fetch(withToken(request.clone(), token));
      };
      return asUser(send, (reply) => isRefused(reply, tabs.age()));
    },
  };
}

/** @throws TypeError for what is no origin, or is reached without TLS from elsewhere */
function originOf(url: string): string {
  const { origin, protocol, hostname } = new URL(url);
  const isHere = /^(localhost|127\.0\.0\.1|\[::1\])$|\.localhost$/.test(hostname);
  if (protocol !== "https:" && !isHere) throw new TypeError(`${url} must be https`);
  return origin;
}

function withToken(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** Whether a token was refused, that is `age` milliseconds old; an API need not say why. */
function isRefused({ status, headers }: Response, age: number): boolean {
  const challenge = headers.get("www-authenticate");
  if (status !== 401) return false;
  return challenge === null ? age > YOUNG : /"invalid_token"/.test(challenge);
}

/** The service answered, and would answer the same again: this page may not ask, say. */
class Refusal extends Unreachable {}

const notNow = ({ status }: Answer): Unreachable =>
  status < 500 && status !== 429
    ? new Refusal(`the service refuses it (${status}): is this origin in CORS_ORIGINS?`)
    : new Unreachable(`the service answers ${status}`);
