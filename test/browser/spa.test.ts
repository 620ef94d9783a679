import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  copyProject,
  type DevServer,
  freePort,
  type ProjectCopy,
  startDevServer,
  toolEnv,
  until,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { startChromium } from "./chromium.ts";

/*
 * examples/spa, and with it auth-service/browser, in a real browser with several tabs, against the
 * service as `npm run dev` starts it.
 */

const PASSWORD = "seven quiet herons by the estuary";
const COOKIE = "__Host-refresh_token";

let project: ProjectCopy;
let service: DevServer;
let browser: Browser;
let origin: string;
let closeApp: () => unknown;

beforeAll(async () => {
  project = copyProject();
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const { directory } = project;
  service = await startDevServer(directory, { PUBLIC_APP_URL: origin, CORS_ORIGINS: origin });
  const built = spawnSync("npm", ["run", "-s", "build:client"], {
    cwd: directory,
    env: toolEnv(directory),
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  const script = join(directory, "examples/serve.ts");
  const app = spawn(process.execPath, [
    script,
    "spa",
    "--port",
    `${port}`,
    "--service",
    service.base,
  ]);
  closeApp = () => app.kill();
  await until(async () => (await fetch(origin)).ok, 20_000);
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  closeApp?.();
  await service?.stop();
  project?.remove();
});

let context: BrowserContext;
let complaints: string[];
let refreshes: string[];
let email: string;
let serial = 0;

beforeEach(async () => {
  email = `ada.${++serial}@example.com`;
  await httpClient(service.base).register(email, PASSWORD);
  context = await browser.newContext();
  complaints = [];
  refreshes = [];
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/v1/auth/refresh")) {
      refreshes.push(request.url());
    }
  });
});

afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

/** A tab of the app, once it knows whether somebody is signed in. */
async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(origin);
  await page.waitForLoadState("networkidle");
  return page;
}

async function signIn(page: Page, as = email): Promise<void> {
  await page.locator('[name="email"]').fill(as);
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.locator("#account button").click();
  await expect.poll(() => who(page)).toBe(as);
}

const who = (page: Page) => page.locator("#who").textContent();
const told = (page: Page) => page.locator("#told").textContent();
const press = (page: Page, act: "look" | "out") => page.locator(`[value="${act}"]`).click();

/** Looks at the account in each tab at once, and waits until each has seen it. */
async function look(...pages: Page[]): Promise<void> {
  const before = await Promise.all(pages.map(told));
  await Promise.all(pages.map((page) => press(page, "look")));
  for (const [at, page] of pages.entries()) {
    await expect.poll(() => told(page)).not.toBe(before[at]);
    expect(await told(page)).toMatch(/^Looked at /);
  }
}

const tabs = async (): Promise<[Page, Page, Page]> => {
  const first = await open();
  await signIn(first);
  const others = [await open(), await open()] as const;
  for (const page of others) await expect.poll(() => who(page)).toBe(email);
  return [first, ...others];
};

describe("a tab", () => {
  it("has no refresh token that a script could read, and keeps no token", async () => {
    const page = await open();
    await signIn(page);
    expect(await page.evaluate("document.cookie")).toBe("");
    const stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])");
    expect(stored).not.toMatch(/rt1\.|eyJ/);
    const kept = (await context.cookies()).find(({ name }) => name === COOKIE);
    expect(kept).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
  });

  it("opened anew is signed in, and nobody is where nobody was", async () => {
    const page = await open();
    expect(await told(page)).toBe("");
    expect(await page.locator("#account").isVisible()).toBe(true);
    await signIn(page);
    await page.reload();
    await expect.poll(() => who(page)).toBe(email);
  });

  it("says what is wrong with a sign-in", async () => {
    const page = await open();
    await page.locator('[name="email"]').fill(email);
    await page.locator('[name="password"]').fill("not the password of anybody");
    await page.locator("#account button").click();
    await expect.poll(() => told(page)).toBe("The credentials are not right.");
  });

  it("renews a token that was refused, once, and sends the request again", async () => {
    const page = await open();
    await signIn(page);
    refreshes.length = 0;
    let refused = 0;
    await page.route(`${service.base}/v1/users/me`, async (route) => {
      if (route.request().method() !== "GET" || refused++ > 0) return route.continue();
      return route.fulfill({
        status: 401,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-expose-headers": "www-authenticate",
          "www-authenticate": 'Bearer error="invalid_token"',
        },
      });
    });
    await look(page);
    expect([refused, refreshes.length]).toEqual([2, 1]);
  });

  it("whose device was asleep, or whose clock jumps or is wrong, goes on", async () => {
    const page = await context.newPage();
    await page.clock.install({ time: new Date("2019-01-01T00:00:00Z") });
    await page.goto(origin);
    await signIn(page);
    refreshes.length = 0;
    await look(page);
    expect(refreshes).toHaveLength(0);
    await page.clock.fastForward("08:00:00");
    await look(page);
    expect(refreshes).toHaveLength(1);
    await page.clock.setSystemTime(new Date("2035-01-01T00:00:00Z"));
    await look(page);
    await page.clock.setSystemTime(new Date("2001-01-01T00:00:00Z"));
    await look(page);
  });

  it("without a network signs nobody out, and goes on with one", async () => {
    const page = await open();
    await signIn(page);
    await context.setOffline(true);
    await page.clock.fastForward("08:00:00");
    await press(page, "look");
    const silence = "The service cannot be reached. Try again.";
    await expect
      .poll(async () => {
        await page.clock.fastForward(1_000); // its pauses between tries
        return told(page);
      })
      .toBe(silence);
    expect(await who(page)).toBe(email);
    await context.setOffline(false);
    await look(page);
  });
});

describe("three tabs", () => {
  it("share one token, and renew it once", async () => {
    const pages = await tabs();
    refreshes.length = 0;
    await look(...pages);
    expect(refreshes).toHaveLength(0);
    for (const page of pages) await page.clock.fastForward("00:09:45");
    await look(...pages);
    expect(refreshes).toHaveLength(1);
  });

  it("hear that one of them signed out", async () => {
    const [first, ...others] = await tabs();
    await press(first, "out");
    for (const page of [first, ...others]) {
      await expect.poll(() => told(page)).toBe("Signed out.");
      expect(await page.locator("#account").isVisible()).toBe(true);
    }
    const kept = (await context.cookies()).filter(({ name }) => name === COOKIE);
    expect(kept).toEqual([]);
  });

  it("hear that the session was ended elsewhere, from whichever sees it first", async () => {
    const pages = await tabs();
    const http = httpClient(service.base);
    const { body } = await http.signIn(email, PASSWORD);
    const ended = await http.call("POST", "/v1/auth/logout?scope=global", {
      token: body.access_token,
    });
    expect(ended.status).toBe(204);
    await press(pages[1], "look");
    for (const page of pages) {
      await expect.poll(() => told(page)).toBe("The session has ended.");
    }
  });

  it("show nobody's page to somebody else who signs in in one of them", async () => {
    const [first, second] = await tabs();
    const other = `grace.${serial}@example.com`;
    await httpClient(service.base).register(other, PASSWORD);
    await second.evaluate("document.querySelector('#account').hidden = false");
    await signIn(second, other);
    await expect.poll(() => told(first)).toBe("Somebody signed in anew in another tab.");
    expect(await who(first)).toBe("");
  });

  it("that refresh at once without this client are all answered, and stay signed in", async () => {
    const pages = await tabs();
    const path = `${service.base}/v1/auth/refresh?transport=cookie`;
    const refresh = `fetch("${path}", { method: "POST", credentials: "include" }).then((r) => r.status)`;
    for (let round = 0; round < 5; round++) {
      const statuses = await Promise.all(pages.map((page) => page.evaluate(refresh)));
      expect(statuses).toEqual([200, 200, 200]);
    }
    await look(...pages);
  });
});

/** Runs in a page, with a client of its own in `auth` and the service's address in `service`. */
const inPage = (page: Page, code: string) =>
  page.evaluate(`(async () => {
    const { createAuth } = await import("/auth-service/index.js");
    const service = document.body.dataset.service;
    globalThis.own ??= createAuth({ service });
    const auth = globalThis.own;
    const nameOf = (work) => work.then((r) => r.status ?? r, (error) => error.name);
    ${code}
  })()`);

describe("a request", () => {
  it("is of whoever was signed in when it was made, or is not made", async () => {
    const page = await open();
    await signIn(page);
    const other = `grace.${serial}@example.com`;
    await httpClient(service.base).register(other, PASSWORD);
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/v1/users/me") && request.method() === "GET") {
        sent.push(request.url());
      }
    });
    await inPage(page, "return auth.isSignedIn()");
    await page.clock.fastForward("08:00:00");
    // Her sign-in is done, and its reply is lost: no tab hears of it but by the cookie.
    const login = `fetch(service + "/v1/auth/login?transport=cookie", {
      method: "POST",
      credentials: "include",
      headers: { "content-type": "application/json" },
      body: '${JSON.stringify({ email: other, password: PASSWORD })}',
    })`;
    const came = await inPage(
      page,
      `const [key] = Object.keys(localStorage);
       let request;
       await navigator.locks.request(key, async () => {
         request = nameOf(auth.fetch(service + "/v1/users/me"));
         await ${login};
       });
       return request;`,
    );
    expect(came).toBe("Replaced");
    expect(sent).toEqual([]);
    await expect.poll(() => told(page)).toBe("Somebody signed in anew in another tab.");
  });

  it("shows the token to no origin that the app has not named, and to none without TLS", async () => {
    const page = await open();
    await signIn(page);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const url of ["https://evil.example/pixel", "http://evil.example/pixel", "/own"]) {
      expect(await inPage(page, `return nameOf(auth.fetch("${url}"))`)).toBe("TypeError");
    }
    expect(asked.filter((url) => /evil|own/.test(url))).toEqual([]);
    const create = `return nameOf((async () => createAuth({ service, apis: ["http://api.example"] }))())`;
    expect(await inPage(page, create)).toBe("TypeError");
  });

  it("is not made by a tab that heard nothing of the sign-out", async () => {
    const first = await open();
    await signIn(first);
    const deaf = await context.newPage();
    await deaf.addInitScript(`
      Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set() {} });
      addEventListener("storage", (event) => event.stopImmediatePropagation(), true);
    `);
    await deaf.goto(origin);
    await expect.poll(() => who(deaf)).toBe(email);
    await press(first, "out");
    await expect.poll(() => told(first)).toBe("Signed out.");
    expect(await who(deaf)).toBe(email);
    const bearers: string[] = [];
    deaf.on("request", (request) => bearers.push(request.headers()["authorization"] ?? ""));
    await press(deaf, "look");
    await expect.poll(() => told(deaf)).toBe("Signed out.");
    expect(bearers.filter((bearer) => bearer !== "")).toEqual([]);
  });

  it("waits for a renewal that others wait for, and fails with it", async () => {
    const page = await open();
    await signIn(page);
    await inPage(page, "return auth.isSignedIn()");
    await page.clock.fastForward("08:00:00");
    await page.route("**/v1/auth/refresh?*", (route) => route.abort());
    refreshes.length = 0;
    const came = inPage(
      page,
      `return Promise.all([1, 2, 3, 4].map(() => nameOf(auth.fetch(service + "/v1/users/me"))));`,
    );
    await expect
      .poll(async () => {
        await page.clock.fastForward(1_000);
        return refreshes.length;
      })
      .toBe(3);
    expect(await came).toEqual(Array.from({ length: 4 }, () => "Unreachable"));
    expect(refreshes).toHaveLength(3);
  });
});

it("the password is changed, and it is proved again who one is, in the session at hand", async () => {
  const [first, second] = await tabs();
  const changed = JSON.stringify({
    current_password: PASSWORD,
    new_password: "five loud geese over the marshes",
  });
  const proof = JSON.stringify({ password: "five loud geese over the marshes" });
  expect(await inPage(second, "return auth.isSignedIn()")).toBe(true);
  const sent = first.waitForRequest(/\/v1\/users\/me\/password/);
  const changing = inPage(first, `return auth.changePassword(${changed})`);
  await sent;
  // It waits for its turn with a token of the session that is about to end.
  const proving = inPage(second, `return auth.stepUp(${proof})`);
  expect(await Promise.all([changing, proving])).toEqual([{ ok: true }, { ok: true }]);
  for (const page of [first, second]) await page.clock.fastForward("08:00:00");
  await look(first, second);
  expect([await who(first), await who(second)]).toEqual([email, email]);
});

it("CSRF a page of another site neither signs anybody in nor out, nor reads a token", async () => {
  const page = await open();
  await signIn(page);
  const stranger = await context.newPage();
  await stranger.goto("data:text/html,<p>elsewhere</p>");
  const other = `mallory.${serial}@example.com`;
  await httpClient(service.base).register(other, PASSWORD);
  const login = JSON.stringify({ email: other, password: PASSWORD });
  for (const [act, body] of [["refresh"], ["logout"], ["login", login]] as const) {
    const request = { method: "POST", mode: "no-cors", credentials: "include", body };
    const url = `${service.base}/v1/auth/${act}?transport=cookie`;
    const attempt = `fetch("${url}", ${JSON.stringify(request)}).then((r) => r.type, () => "failed")`;
    expect(["opaque", "failed"]).toContain(await stranger.evaluate(attempt));
  }
  await page.clock.fastForward("08:00:00");
  await look(page);
  expect(await who(page)).toBe(email);
});
