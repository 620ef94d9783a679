import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Listening, listen } from "../clients/support/servers.ts";
import { snippet } from "../clients/support/snippets.ts";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { type Consumer, installClient, packClient } from "../support/packed-client.ts";
import { codeOf } from "../support/totp.ts";
import { startChromium } from "./chromium.ts";

/*
 * packages/client/README.md: what it shows of auth-service/browser, in a browser, from the package
 * as npm installs it.
 */

const PASSWORD = "seven quiet herons by the estuary";
const OTHER_PASSWORD = "nine amber lanterns along the quay";

let project: ProjectCopy;
let consumer: Consumer;
let service: DevServer;
let app: Listening;
let browser: Browser;

/** Its `call` calls what an example exports, with the `auth` of the first one before all else. */
const PAGE = `<!doctype html>
<script type="importmap">{"imports":{"auth-service/browser":"/package/index.js"}}</script>
<script type="module">
import { auth, gone } from "/examples/browser-create.js";
globalThis.gone = gone;
globalThis.call = async (name, exported, ...given) =>
  (await import("/examples/" + name + ".js"))[exported](auth, ...given);
</script>`;

/** A page, the package's modules and the README's examples, as a bundler would give them. */
function serve(url: string): readonly [type: string, text: string] {
  const [, folder, file = ""] = url.split("/");
  if (folder === "package") {
    const path = join(consumer.directory, "node_modules/auth-service/dist/browser", file);
    return ["text/javascript", readFileSync(path, "utf8")];
  }
  if (folder !== "examples") return ["text/html", PAGE];
  const code = snippet(file.replace(".js", ""), { issuer: service.base });
  return ["text/javascript", stripTypeScriptTypes(code)];
}

beforeAll(async () => {
  project = copyProject();
  const jose = join(import.meta.dirname, "../../node_modules/jose");
  consumer = installClient(packClient(project.directory).tarball, { jose });
  app = await listen(({ url = "/" }, response) => {
    const [type, text] = serve(url);
    response.writeHead(200, { "content-type": type }).end(text);
  });
  // One site with the service, which is at `localhost` as well.
  const origin = app.origin.replace("127.0.0.1", "localhost");
  service = await startDevServer(project.directory, { CORS_ORIGINS: origin });
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await app?.close();
  consumer?.remove();
  project?.remove();
});

let page: Page;
let email: string;
let serial = 0;

beforeEach(async () => {
  email = `ada.${++serial}@example.com`;
  await httpClient(service.base).register(email, PASSWORD);
  page = await (await browser.newContext()).newPage();
  await page.goto(app.origin.replace("127.0.0.1", "localhost"));
});

const example = (...call: readonly [name: string, exported: string, ...string[]]) =>
  page.evaluate(`call(...${JSON.stringify(call)})`);

const whoAmI = () => example("browser-fetch", "whoAmI");
const signIn = (password: string) => example("browser-sign-in", "signIn", email, password);

it("signs in, asks, steps up, changes the password and signs out", async () => {
  expect(await whoAmI()).toBe("nobody");
  expect(await signIn("not the password")).toBe("The credentials are not right.");
  expect(await signIn(PASSWORD)).toBe("signed in");
  expect(await whoAmI()).toBe(email);
  expect(await example("browser-step-up", "confirm", "not the password")).toBe(false);
  expect(await example("browser-step-up", "confirm", PASSWORD)).toBe(true);
  const change = (to: string) => example("browser-change-password", "change", PASSWORD, to);
  expect(await change("too short")).toMatch(/easy to guess/);
  expect(await change(OTHER_PASSWORD)).toBe("changed");
  expect(await whoAmI()).toBe(email);
  await example("browser-sign-out", "signOutEverywhere");
  expect(await whoAmI()).toBe("nobody");
  expect(await page.evaluate("gone")).toEqual(["signed_out"]);
});

it("asks for the second factor of whoever has one", async () => {
  const http = httpClient(service.base);
  const { access_token: token } = (await http.signIn(email, PASSWORD)).body;
  const factor = "/v1/users/me/factors/totp";
  const { body } = await http.call("POST", factor, { token, body: { password: PASSWORD } });
  const confirm = { token, body: { code: codeOf(body.secret) } };
  expect((await http.call("POST", `${factor}/${body.id}/confirm`, confirm)).status).toBe(200);
  page.on("dialog", (dialog) => dialog.accept(codeOf(body.secret, 1)));
  expect(await signIn(PASSWORD)).toBe("signed in");
  expect(await whoAmI()).toBe(email);
});
