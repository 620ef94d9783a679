/**
 * `npm run example:spa`: a web app on http://localhost:3000, which asks the service at
 * http://localhost:8787. Both are `localhost`, and so one site.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    service: { type: "string", default: "http://localhost:8787" },
  },
});

const CLIENT = "../../packages/client/dist/browser";

const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript"],
  "/auth-service/index.js": [`${CLIENT}/index.js`, "text/javascript"],
  "/auth-service/tabs.js": [`${CLIENT}/tabs.js`, "text/javascript"],
};

/** Nothing but what is here, and one service to call. */
const POLICY = `default-src 'self'; img-src data:; connect-src ${values.service}; frame-ancestors 'none'`;

const server = createServer(async ({ url = "/" }, response) => {
  const found = FILES[url];
  if (found === undefined) return response.writeHead(404).end();
  const [name, type] = found;
  const text = await readFile(join(import.meta.dirname, name), "utf8");
  response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
  return response.end(text.replace("http://localhost:8787", values.service));
});

server.listen(Number(values.port), "localhost", () =>
  console.log(`http://localhost:${values.port}, asking ${values.service}`),
);
