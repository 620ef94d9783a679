import { createHash, randomBytes } from "node:crypto";
import type { Exchange } from "../measure/load.ts";
import { expect } from "./http.ts";
import type { Running } from "./server.ts";

/** A public client, as a browser's application is: nothing to authenticate at a refresh. */
export const CLIENT_ID = "app";
export const REDIRECT_URI = "https://app.example.com/callback";
/** An API that asks about tokens. */
export const API = { id: "api", secret: "Qm3vXo8sT1kZr5nWc7yBf2hJd9gLp4aE" };
/** What a token is for decides its format. */
export const JWT_RESOURCE = "https://jwt.example.com";
export const OPAQUE_RESOURCE = "https://opaque.example.com";
export const SCOPE = "read";

export type Tokens = { readonly access_token: string; readonly refresh_token: string };

export const originOf = (running: Running): string => running.origins["main"] ?? "";

export const form = (path: string, fields: Record<string, string>, headers = {}): Exchange => ({
  method: "POST",
  path,
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  body: `${new URLSearchParams(fields)}`,
});

/** One person's authorization code flow with PKCE, as a browser goes through it. */
export async function authorized(running: Running, resource: string): Promise<Tokens> {
  const origin = originOf(running);
  const code_verifier = randomBytes(32).toString("base64url");
  const question = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: `offline_access ${SCOPE}`,
    prompt: "consent",
    resource,
    code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const answer = await redirected(new URL(`/auth?${question}`, origin));
  const code = answer.searchParams.get("code");
  if (code === null) throw new Error(`no code: ${answer.search}`);
  const grant = { grant_type: "authorization_code", client_id: CLIENT_ID, code, code_verifier };
  const { body } = await expect(
    200,
    origin,
    form("/token", { ...grant, redirect_uri: REDIRECT_URI, resource }),
  );
  return JSON.parse(body);
}

/** Follows redirects with the cookies it is given, until the client's own address. */
async function redirected(start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let hops = 0; hops < 10 && !at.href.startsWith(REDIRECT_URI); hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${at.pathname}: ${await response.text()}`);
    at = new URL(location, at);
  }
  return at;
}
