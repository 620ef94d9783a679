import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { speakOAuth } from "../oauth/errors.ts";
import { oauthRoutes } from "../oauth/routes.ts";
import { forwardAuthRoute } from "../routes/access/forward-auth.ts";
import { roleRoutes } from "../routes/access/roles.ts";
import { ownAccountRoutes } from "../routes/accounts/own-account.ts";
import { userRoutes } from "../routes/accounts/users.ts";
import { serviceAccountRoutes } from "../routes/clients/service-accounts.ts";
import { livenessRoute, readinessRoute } from "../routes/health.ts";
import { keyRoutes } from "../routes/keys/keys.ts";
import { wellKnownRoutes } from "../routes/keys/well-known.ts";
import { authRoutes } from "../routes/sessions/auth.ts";
import { denyUndeclared, refuseUnrouted } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { crossOrigin } from "./cross-origin.ts";
import { envelope } from "./envelope.ts";
import { notFound, onError } from "./errors.ts";
import { withServices } from "./services.ts";
import { limitBody, requireJson } from "./validation.ts";

/** The HTTP API. Its routes are the public contract. */
export const app = new Hono<AppEnv>();

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
