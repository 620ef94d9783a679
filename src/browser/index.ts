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

export type SignIn = { readonly ok: true } | { readonly ok: false; readonly problem: Problem };

export type AuthOptions = {
  /** Where the service is, such as `https://auth.example.com`. */
  readonly service: string;
  /**
   * Hears that the session of this tab is over: signed out, here or in another tab; ended by others;
   * or replaced, by a sign-in in another tab, whose session this tab has now.
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
  signIn(body: object, path?: string): Promise<SignIn>;
  /** Ends the session, or every one of the account. @throws Unreachable */
  signOut(scope?: "local" | "global"): Promise<void>;
  /** Whether somebody is signed in; asks the service where this tab does not know. @throws Unreachable */
  isSignedIn(): Promise<boolean>;
  /**
   * Like the platform's, with the access token of now. A token that is about to expire is renewed
   * first; one that was refused is renewed, and the request sent once more.
   *
   * @returns the 401 where nobody is signed in
   * @throws Unreachable when the token cannot be renewed now; nothing was sent
   */
  fetch(input: string | URL, init?: RequestInit): Promise<Response>;
};

/** The service did not answer, or not now. Nobody was signed out by it. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** What the service answered, which is believed: it is the app's own. */
// biome-ignore lint/suspicious/noExplicitAny: tokens or a problem, by the status
type Answer = { readonly ok: boolean; readonly status: number; readonly body: any };

/** Milliseconds before its end in which a token is not sent any more: it has to arrive alive. */
const MARGIN = 30_000;

/** Waits before further tries to renew a token, in milliseconds. */
const PAUSES = [500, 2_000];

/** Milliseconds after which a request of this client's own is given up: others wait for their turn. */
const PATIENCE = 15_000;

export function createAuth({ service, onSignedOut }: AuthOptions): BrowserAuth {
  const base = new URL(service).origin;
  const tabs = new Tabs(base, onSignedOut ?? (() => undefined));

  /** Reads the answer to its end, or the browser would hold the connection for it. */
  const post = async (path: string, init: RequestInit): Promise<Answer> => {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const own = { ...init, method: "POST", credentials: "include", signal } as const;
      const reply = await fetch(`${base}${path}`, own);
      const text = await reply.text();
      return { ok: reply.ok, status: reply.status, body: text === "" ? null : JSON.parse(text) };
    } catch (cause) {
      throw new Unreachable("the service does not answer", { cause });
    }
  };

  /** One try; null where nobody is signed in. */
  const renewOnce = async (): Promise<string | null> => {
    const reply = await post("/v1/auth/refresh?transport=cookie", {});
    if (reply.ok) return tabs.keep(reply.body);
    if (reply.status !== 401) throw notNow(reply);
    tabs.forget("ended");
    return null;
  };

  /** Renews the token, unless another tab has one that was not refused. */
  const renew = (refused: string | null): Promise<string | null> =>
    tabs.inTurn(async () => {
      const known = await tabs.latest(MARGIN);
      if (known !== null && known !== refused) return known;
      for (const pause of PAUSES) {
        const renewed = await renewOnce().catch(() => undefined);
        if (renewed !== undefined) return renewed;
        await new Promise((done) => setTimeout(done, pause));
      }
      return renewOnce();
    });

  const send = (input: string | URL, init: RequestInit, token: string | null) => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };

  return {
    signIn: (body, path = "/v1/auth/login") =>
      tabs.inTurn(async () => {
        const reply = await post(`${path}?transport=cookie`, {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        if (!reply.ok) return { ok: false, problem: reply.body };
        tabs.keep(reply.body);
        return { ok: true };
      }),

    signOut: (scope = "local") =>
      tabs.inTurn(async () => {
        const reply = await post(`/v1/auth/logout?transport=cookie&scope=${scope}`, {});
        // A session that has ended is signed out of.
        if (!reply.ok && reply.status !== 401) throw notNow(reply);
        tabs.forget("signed_out");
      }),

    isSignedIn: async () => (tabs.token(MARGIN) ?? (await renew(null))) !== null,

    async fetch(input, init = {}) {
      const token = tabs.token(MARGIN) ?? (await renew(null));
      const reply = await send(input, init, token);
      const isRefused = reply.status === 401 && /"invalid_token"/.test(challengeOf(reply));
      // A stream was read by the first request.
      if (token === null || !isRefused || init.body instanceof ReadableStream) return reply;
      const renewed = await renew(token);
      return renewed === null ? reply : send(input, init, renewed);
    },
  };
}

const notNow = ({ status }: Answer) => new Unreachable(`the service answers ${status}`);

/** Readable across origins where the API exposes it; an API that does not says 401 and no more. */
const challengeOf = (reply: Response): string =>
  reply.headers.get("www-authenticate") ?? '"invalid_token"';
