/**
 * better-auth on D1, as its documentation sets it up for Workers: e-mail and password, and the
 * JWT plugin. Rate limit, telemetry and log are off; everything else is as shipped, but for
 * the choices below, each of which is the faster one.
 *
 * Its sessions do not rotate: a session has one token, which lives until it expires, so there is
 * nothing here to stand beside a rotating refresh. Refresh tokens are its OAuth provider plugin's,
 * whose last release (1.7.5) npm will not install beside 1.7.25: its peers are other versions.
 */
import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { hashEqually, verifyEqually } from "./equal-hash.ts";

type Env = {
  readonly DB: D1Database;
  readonly BASE_URL: string;
  readonly SECRET: string;
  /** `"equal"`: auth-service's cost instead of its own (scrypt, N=2^14, r=16, p=1). */
  readonly HASH: "shipped" | "equal";
  readonly COOKIE_CACHE: "on" | "off";
};

const equalHash = {
  hash: hashEqually,
  verify: ({ hash, password }: { hash: string; password: string }) => verifyEqually(password, hash),
};

const make = (env: Env) =>
  betterAuth({
    database: env.DB,
    baseURL: env.BASE_URL,
    secret: env.SECRET,
    emailAndPassword: {
      enabled: true,
      // As our sign-up: an account, and no session yet. It saves better-auth one insert.
      autoSignIn: false,
      ...(env.HASH === "equal" ? { password: equalHash } : {}),
    },
    session: { cookieCache: { enabled: env.COOKIE_CACHE === "on" } },
    // Off as shipped: session and user in one query instead of two.
    advanced: { database: { joins: true } },
    // As shipped, every session check would also read a key from D1 and sign a JWT for a header.
    plugins: [jwt({ disableSettingJwtHeader: true })],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });

type Auth = ReturnType<typeof make>;
type Keys = ReturnType<typeof createLocalJWKSet>;

/** Both are made once in an isolate. */
let made: Auth | undefined;
let remembered: Keys | undefined;

const authOf = (env: Env): Auth => {
  made ??= make(env);
  return made;
};

/** Over HTTP, as it is published. */
async function keysOf(env: Env): Promise<JSONWebKeySet> {
  const published = await authOf(env).handler(new Request(`${env.BASE_URL}/api/auth/jwks`));
  return published.json();
}

export default {
  async fetch(request, env): Promise<Response> {
    const isOwn = new URL(request.url).pathname.startsWith("/api/auth/");
    return isOwn ? authOf(env).handler(request) : check(request, env);
  },
} satisfies ExportedHandler<Env>;

/** What an API does with a token of the JWT plugin: jose, and the key set it remembers. */
async function check(request: Request, env: Env): Promise<Response> {
  remembered ??= createLocalJWKSet(await keysOf(env));
  const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
  try {
    const { payload } = await jwtVerify(token, remembered, {
      issuer: env.BASE_URL,
      audience: env.BASE_URL,
    });
    return Response.json({ ok: true, sub: payload.sub });
  } catch {
    return Response.json({ ok: false }, { status: 401 });
  }
}
