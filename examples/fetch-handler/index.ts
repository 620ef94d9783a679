/**
 * A protected API without a framework: a `fetch` handler, for Bun, Deno and Workers alike. It
 * verifies with the key set alone, so the service may be anywhere.
 */
import process from "node:process";
import { bearerToken, createVerifier, refusalOf, type VerifyOptions } from "auth-service/client";

/** What each route needs of a token. */
const ROUTES: Readonly<Record<string, VerifyOptions>> = {
  "GET /orders": {},
  "DELETE /orders": { permission: "orders:delete" },
  "GET /invoices": { permission: "orders:read", acr: "aal2", maxAge: 300 },
};

const { ISSUER, AUDIENCE } = process.env;
if (ISSUER === undefined || AUDIENCE === undefined) throw new Error("set ISSUER and AUDIENCE");

const verifier = createVerifier({
  jwksUrl: `${ISSUER}/.well-known/jwks.json`,
  issuer: ISSUER,
  audience: AUDIENCE,
});

async function handle(request: Request): Promise<Response> {
  const needed = ROUTES[`${request.method} ${new URL(request.url).pathname}`];
  if (needed === undefined) return Response.json({ code: "not_found" }, { status: 404 });

  const authorization = request.headers.get("authorization");
  const verdict = await verifier.verify(bearerToken(authorization) ?? "", needed);
  if (!verdict.ok) {
    const { status, headers, body } = refusalOf(verdict, authorization);
    return Response.json(body, { status, headers });
  }
  return Response.json({ for: verdict.claims.sub });
}

export default { fetch: (request: Request) => handle(request) };
