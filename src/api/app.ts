import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { AppEnv } from "./context.ts";
import { crossOrigin } from "./cross-origin.ts";
import { denyUndeclared, refuseUnrouted, withServices } from "./dependencies.ts";
import { envelope } from "./envelope.ts";
import { notFound, onError } from "./errors.ts";
import { speakOAuth } from "./oauth-errors.ts";
import { RememberingRouter } from "./router.ts";
import { authRoutes } from "./routes/auth.ts";
import { forwardAuthRoute } from "./routes/forward-auth.ts";
import { livenessRoute, readinessRoute } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { ownAccountRoutes } from "./routes/own-account.ts";
import { roleRoutes } from "./routes/roles.ts";
import { serviceAccountRoutes } from "./routes/service-accounts.ts";
import { userRoutes } from "./routes/users.ts";
import { wellKnownRoutes } from "./routes/well-known.ts";
import { limitBody, requireJson } from "./validation.ts";

/** The HTTP API. Its routes are the public contract. */
export const app = new Hono<AppEnv>({ router: new RememberingRouter() });

app.use(envelope);
app.use(speakOAuth);
app.use(denyUndeclared);
app.route("/", livenessRoute);
app.use(withServices);
app.use(crossOrigin);
app.use(refuseUnrouted);
app.use(limitBody);
app.use(requireJson);
app.route("/", readinessRoute);
app.route("/", wellKnownRoutes);
app.route("/", oauthRoutes);
app.route("/", authRoutes);
app.route("/", forwardAuthRoute);
app.route("/", ownAccountRoutes); // before the users by id: "me" is no id
app.route("/", userRoutes);
app.route("/", roleRoutes);
app.route("/", serviceAccountRoutes);
app.route("/", keyRoutes);
app.onError(onError);
app.notFound(notFound(methodsByPath(app)));

/** Which methods the routes give a path: the router looks paths up by method only. */
function methodsByPath(of: Hono<AppEnv>): (path: string) => string[] {
  const routes = of.routes.filter((route) => route.method !== "ALL");
  const methods = [...new Set(routes.map((route) => route.method))];
  const router = new TrieRouter<string>();
  for (const route of routes) router.add(route.method, route.path, route.method);
  return (path) => methods.filter((method) => router.match(method, path)[0].length > 0);
}
