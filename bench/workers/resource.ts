/** An API that another team would write: Hono, and our client library before its one route. */
import { Hono } from "hono";
import { requireAuth } from "../../src/client/hono.ts";
import { createVerifier, type Verifier } from "../../src/client/verifier.ts";

type Env = {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
  /** auth-service over HTTP, for its JWKS. */
  readonly ISSUER_HTTP: { fetch: typeof fetch };
};

const app = new Hono<{ Bindings: Env }>();
let verifier: Verifier | undefined;

/** Made once in an isolate, with the keys it remembers. */
const verifierOf = (env: Env): Verifier => {
  verifier ??= createVerifier({
    jwksUrl: `${env.ISSUER}/.well-known/jwks.json`,
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    fetch: (input, init) => env.ISSUER_HTTP.fetch(input, init),
  });
  return verifier;
};

app.get(
  "/",
  (c, next) => requireAuth({ verifier: verifierOf(c.env) })(c as never, next),
  (c) => c.json({ ok: true }),
);

export default app;
