import { Hono } from "hono";
import { access } from "../http/access.ts";
import { CACHEABLE, validated } from "../http/conditional.ts";
import type { AppEnv } from "../http/context.ts";
import type { RouteHandler } from "../openapi/route.ts";

/** By configuration, of which an isolate has one. */
const written = new WeakMap<object, string>();

/** @param routes the app's, once all are there */
export const openApiRoute = (routes: () => readonly RouteHandler[]) =>
  new Hono<AppEnv>().get("/openapi.json", access("public"), validated, async (c) => {
    const { config } = c.get("services");
    // Loaded when it is asked for, which few isolates are.
    const { openApiDocument } = await import("../openapi/document.ts");
    const document =
      written.get(config) ?? JSON.stringify(openApiDocument(routes(), config.issuer));
    written.set(config, document);
    return c.body(document, 200, { ...CACHEABLE, "content-type": "application/json" });
  });
