/**
 * `npm run example:spa`, `npm run example:passkeys`: a page on http://localhost:3000, which asks the
 * service at http://localhost:8787. Both are `localhost`, and so one site, and browsers give
 * passkeys to it without TLS.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: "string", default: "3000" },
    service: { type: "string", default: "http://localhost:8787" },
  },
});

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript";
const CLIENT = "../packages/client/dist/browser";

type Files = Readonly<Record<string, readonly [file: string, type: string]>>;

/** What each example consists of, by its address. */
const EXAMPLES: Readonly<Record<string, Files>> = {
  spa: {
    "/": ["spa/index.html", HTML],
    "/app.js": ["spa/app.js", SCRIPT],
    "/auth-service/index.js": [`${CLIENT}/index.js`, SCRIPT],
    "/auth-service/tabs.js": [`${CLIENT}/tabs.js`, SCRIPT],
  },
  passkeys: {
    "/": ["passkeys/index.html", HTML],
    "/page.js": ["passkeys/page.js", SCRIPT],
    "/page.css": ["passkeys/page.css", "text/css"],
  },
};

const files = EXAMPLES[positionals.join()];
if (files === undefined) throw new Error(`one of ${Object.keys(EXAMPLES).join(", ")}`);

/** Nothing but what is here, and one service to call. */
const POLICY = `default-src 'self'; img-src data:; connect-src ${values.service}; frame-ancestors 'none'`;

const server = createServer(async ({ url = "/" }, response) => {
  const found = files[url];
  if (found === undefined) return response.writeHead(404).end();
  const [file, type] = found;
  const text = await readFile(join(import.meta.dirname, file), "utf8");
  response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
  return response.end(text.replace("http://localhost:8787", values.service));
});

server.listen(Number(values.port), "localhost", () =>
  console.log(`http://localhost:${values.port}, asking ${values.service}`),
);
