/**
 * Writes `dist/assets`, which is served beside the Worker: the viewer of the API's document at
 * `/docs`. Wrangler runs this before it serves or deploys.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SECURITY_HEADERS } from "../src/api/http/envelope.ts";

const ROOT = join(import.meta.dirname, "..");
const VIEWER = join(ROOT, "node_modules/swagger-ui-dist");
const ASSETS = join(ROOT, "dist/assets");

/** Of the viewer's package, with the licences that it must come with. */
const FILES = [
  "swagger-ui.css",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "favicon-32x32.png",
  "LICENSE",
  "NOTICE",
];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>auth-service</title>
    <link rel="icon" type="image/png" href="favicon-32x32.png" />
    <link rel="stylesheet" href="swagger-ui.css" />
    <script src="swagger-ui-bundle.js" defer></script>
    <script src="start.js" defer></script>
  </head>
  <body>
    <main id="viewer"></main>
    <noscript><p>The document itself is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
  </body>
</html>
`;

/** Requests go where the page came from, whatever the issuer is called. */
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  displayRequestDuration: true,
  requestInterceptor(request) {
    const { pathname, search } = new URL(request.url, location.href);
    return Object.assign(request, { url: location.origin + pathname + search });
  },
  validatorUrl: null,
});
`;

/** Nothing from elsewhere, and nowhere else; images are the viewer's own, in its style sheet. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = [
  ["content-security-policy", POLICY],
  ["cross-origin-opener-policy", "same-origin"],
  ...SECURITY_HEADERS,
].map(([name, value]) => `  ${name}: ${value}`);

rmSync(ASSETS, { recursive: true, force: true });
mkdirSync(join(ASSETS, "docs"), { recursive: true });
for (const file of FILES) cpSync(join(VIEWER, file), join(ASSETS, "docs", file));
writeFileSync(join(ASSETS, "docs/index.html"), PAGE);
writeFileSync(join(ASSETS, "docs/start.js"), START);
writeFileSync(join(ASSETS, "_headers"), ["/docs*", ...HEADERS, ""].join("\n"));
