/**
 * A protected API with Express on Node. It verifies with the key set alone, so the service may be
 * anywhere.
 */
import process from "node:process";
import { bearerToken, createVerifier, refusalOf } from "auth-service/client";
import express from "express";

const { ISSUER, AUDIENCE, PORT = "8790" } = process.env;
if (ISSUER === undefined || AUDIENCE === undefined) throw new Error("set ISSUER and AUDIENCE");

const verifier = createVerifier({
  jwksUrl: `${ISSUER}/.well-known/jwks.json`,
  issuer: ISSUER,
  audience: AUDIENCE,
});

/** Middleware: lets a request through whose token is good, with its claims in `req.auth`. */
const requireAuth = (needed) => async (req, res, next) => {
  const { authorization } = req.headers;
  const verdict = await verifier.verify(bearerToken(authorization) ?? "", needed);
  if (!verdict.ok) {
    const { status, headers, body } = refusalOf(verdict, authorization);
    return res.status(status).set(headers).json(body);
  }
  req.auth = verdict.claims;
  return next();
};

const invoices = { permission: "orders:read", acr: "aal2", maxAge: 300 };

const answer = (req, res) => res.json({ for: req.auth.sub });

express()
  .get("/orders", requireAuth({}), answer)
  .delete("/orders", requireAuth({ permission: "orders:delete" }), answer)
  .get("/invoices", requireAuth(invoices), answer)
  .listen(Number(PORT), "localhost", () => console.log(`http://localhost:${PORT}`));
