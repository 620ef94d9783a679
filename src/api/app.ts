import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { TrieRouter } from "hono/router/trie-router";
import { secureHeaders } from "hono/secure-headers";
import { MAX_BODY_SIZE } from "../core/constants.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { denyUndeclared, withServices } from "./dependencies.ts";
import { notFound, onError, problem } from "./errors.ts";
import { onOAuthError } from "./oauth-errors.ts";
import { authRoutes } from "./routes/auth.ts";
import { livenessRoute, readinessRoute } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { ownAccountRoutes } from "./routes/own-account.ts";
import { roleRoutes } from "./routes/roles.ts";
import { serviceAccountRoutes } from "./routes/service-accounts.ts";
import { userRoutes } from "./routes/users.ts";
import { wellKnownRoutes } from "./routes/well-known.ts";
import { requireJson } from "./validation.ts";

/** The HTTP API. Its routes are the public contract. */
export const app = new Hono<AppEnv>();

app.use(requestId({ limitLength: 64 }));
app.use(secureHeaders());
app.use(noStoreByDefault);
app.use(denyUndeclared);
app.route("/", livenessRoute);
app.use(withServices);
app.use(
  cors({
    origin: allowedOrigin,
    allowHeaders: ["Authorization", "Content-Type"],
    exposeHeaders: ["Retry-After", "WWW-Authenticate", "X-Request-Id"],
    maxAge: 600,
  }),
);
app.use(bodyLimit({ maxSize: MAX_BODY_SIZE, onError: (c) => problem(c, "payload_too_large") }));
app.use(requireJson);
app.route("/", readinessRoute);
app.route("/", wellKnownRoutes);
app.route("/", oauthRoutes);
app.route("/", authRoutes);
app.route("/", ownAccountRoutes); // before the users by id: "me" is no id
app.route("/", userRoutes);
app.route("/", roleRoutes);
app.route("/", serviceAccountRoutes);
app.route("/", keyRoutes);
// OAuth's own clients read OAuth's own errors. (An error handler of the routes would hide from the
// router which access they declare.)
app.onError((error, c) =>
  c.req.path.startsWith("/oauth2/") ? onOAuthError(error, c) : onError(error, c),
);
app.notFound(notFound(methodsByPath(app)));

/** Tokens and errors must not be kept (RFC 6749, section 5.1); what may be says so itself. */
async function noStoreByDefault(c: AppContext, next: () => Promise<void>): Promise<void> {
  await next();
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
}

function allowedOrigin(origin: string, c: AppContext): string | null {
  return c.get("services").config.corsOrigins.includes(origin) ? origin : null;
}

/** Which methods the routes give a path: the router looks paths up by method only. */
function methodsByPath(of: Hono<AppEnv>): (path: string) => string[] {
  const routes = of.routes.filter((route) => route.method !== "ALL");
  const methods = [...new Set(routes.map((route) => route.method))];
  const router = new TrieRouter<string>();
  for (const route of routes) router.add(route.method, route.path, route.method);
  return (path) => methods.filter((method) => router.match(method, path)[0].length > 0);
}
