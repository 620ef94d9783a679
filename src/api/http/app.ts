import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { speakOAuth } from "../oauth/errors.ts";
import { introspectionRoute } from "../oauth/introspect.ts";
import { metadataRoutes } from "../oauth/metadata.ts";
import { revocationRoute } from "../oauth/revoke.ts";
import { tokenRoute } from "../oauth/token.ts";
import { forwardAuthRoute } from "../routes/access/forward-auth.ts";
import { roleRoutes } from "../routes/access/roles.ts";
import { accountFlowRoutes } from "../routes/accounts/account-flows.ts";
import { exportRoutes } from "../routes/accounts/export.ts";
import { ownAccountRoutes } from "../routes/accounts/own-account.ts";
import { ownFactorRoutes } from "../routes/accounts/own-factors.ts";
import { registrationRoute } from "../routes/accounts/registration.ts";
import { userFactorRoutes } from "../routes/accounts/user-factors.ts";
import { userRoutes } from "../routes/accounts/users.ts";
import { clientSecretRoutes } from "../routes/clients/client-secrets.ts";
import { serviceAccountRoutes } from "../routes/clients/service-accounts.ts";
import { auditRoutes } from "../routes/events/audit-events.ts";
import { livenessRoute, readinessRoute } from "../routes/health.ts";
import { jwksRoute } from "../routes/keys/jwks.ts";
import { keyRoutes } from "../routes/keys/keys.ts";
import { openApiRoute } from "../routes/openapi.ts";
import { problemRoute } from "../routes/problems.ts";
import { rootRoute } from "../routes/root.ts";
import { emailCodeRoutes } from "../routes/sessions/email-code.ts";
import { logoutRoute } from "../routes/sessions/logout.ts";
import { ownSessionRoutes } from "../routes/sessions/own-sessions.ts";
import { passkeyRoutes } from "../routes/sessions/passkeys.ts";
import { secondFactorRoutes } from "../routes/sessions/second-factor.ts";
import { signInRoutes } from "../routes/sessions/sign-in.ts";
import { userSessionRoutes } from "../routes/sessions/user-sessions.ts";
import { denyUndeclared, refuseUnrouted } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { crossOrigin } from "./cross-origin.ts";
import { envelope } from "./envelope.ts";
import { notFound, onError } from "./errors.ts";
import { observed } from "./observed.ts";
import { withServices } from "./services.ts";
import { limitBody, requireJson } from "./validation.ts";

/** The HTTP API. Its routes are the public contract. */
export const app = new Hono<AppEnv>();

app.use(envelope);
app.use(observed);
app.use(speakOAuth);
app.use(denyUndeclared);
app.route("/", livenessRoute);
app.use(withServices);
app.use(crossOrigin);
app.use(refuseUnrouted);
app.use(limitBody);
app.use(requireJson);
app.route("/", readinessRoute);
app.route("/", jwksRoute);
app.route("/", metadataRoutes);
app.route("/", rootRoute);
app.route("/", problemRoute);
app.route(
  "/",
  openApiRoute(() => app.routes),
);
app.route("/", tokenRoute);
app.route("/", introspectionRoute);
app.route("/", revocationRoute);
app.route("/", registrationRoute);
app.route("/", signInRoutes);
app.route("/", secondFactorRoutes);
app.route("/", passkeyRoutes);
app.route("/", emailCodeRoutes);
app.route("/", logoutRoute);
app.route("/", ownSessionRoutes);
app.route("/", forwardAuthRoute);
app.route("/", accountFlowRoutes);
app.route("/", ownAccountRoutes); // before the users by id: "me" is no id
app.route("/", ownFactorRoutes);
app.route("/", exportRoutes);
app.route("/", auditRoutes);
app.route("/", userRoutes);
app.route("/", userSessionRoutes);
app.route("/", userFactorRoutes);
app.route("/", roleRoutes);
app.route("/", serviceAccountRoutes);
app.route("/", clientSecretRoutes);
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
