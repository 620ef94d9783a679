import { Hono } from "hono";
import { access } from "../http/access.ts";
import type { AppEnv } from "../http/context.ts";
import { page, wantsPage } from "../http/page.ts";

const ABOUT = "An identity service: accounts, sign-in, tokens, roles and permissions.";

/** What this is, and where to go. */
export const rootRoute = new Hono<AppEnv>().get("/", access("public"), (c) => {
  c.header("vary", "Accept");
  const { issuer } = c.get("services").config;
  const places = {
    documentation: `${issuer}/docs`,
    openapi: `${issuer}/openapi.json`,
    jwks: `${issuer}/.well-known/jwks.json`,
    health: `${issuer}/health/ready`,
  };
  if (!wantsPage(c)) return c.json({ name: "auth-service", description: ABOUT, issuer, ...places });
  return page(c, "auth-service", [
    ["What this is", ABOUT],
    ["Documentation", `\`${places.documentation}\``],
    ["OpenAPI", `\`${places.openapi}\``],
    ["Key set", `\`${places.jwks}\``],
    ["Health", `\`${places.health}\``],
  ]);
});
