import { join } from "node:path";

type Config = Readonly<Record<string, unknown>>;
type Session = { readonly access_token?: string } | null;

const PACKAGE = join(import.meta.dirname, "../node_modules/@auth/core/index.js");
const APP = "https://app.example.com/api/auth";

/** What the browser of one person holds. */
export type Cookies = ReadonlyMap<string, string>;

export type App = {
  signIn(credentials: Readonly<Record<string, string>>): Promise<Cookies>;
  /** @returns the session, and the cookies as the browser holds them afterwards */
  session(cookies: Cookies): Promise<{ session: Session; cookies: Cookies }>;
};

/** An app that uses Auth.js with this configuration, as browsers see it. */
export async function authJsApp(config: Config): Promise<App> {
  const { Auth }: { Auth(request: Request, config: Config): Promise<Response> } = await import(
    /* @vite-ignore */ PACKAGE
  );
  const settings = {
    ...config,
    secret: "only for this test, and long enough",
    trustHost: true,
    basePath: "/api/auth",
  };
  const send = async (path: string, cookies: Cookies, form?: URLSearchParams) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const init = form === undefined ? {} : { method: "POST", body: form };
    const request = new Request(`${APP}${path}`, { ...init, headers: { cookie } });
    const response = await Auth(request, settings);
    return { response, cookies: kept(cookies, response) };
  };
  return {
    async signIn(credentials) {
      const { response, cookies } = await send("/csrf", new Map());
      const { csrfToken }: { csrfToken: string } = await response.json();
      const form = new URLSearchParams({ ...credentials, csrfToken });
      return (await send("/callback/credentials", cookies, form)).cookies;
    },
    async session(before) {
      const { response, cookies } = await send("/session", before);
      return { session: await response.json(), cookies };
    },
  };
}

function kept(before: Cookies, response: Response): Cookies {
  const after = new Map(before);
  for (const line of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "") after.delete(name);
    else after.set(name, value);
  }
  return after;
}
