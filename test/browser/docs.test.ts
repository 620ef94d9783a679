import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
} from "../support/dev-server.ts";
import { startChromium } from "./chromium.ts";

/* The viewer at /docs in a real browser, as `npm run dev` serves it. */

let project: ProjectCopy;
let service: DevServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
const elsewhere: string[] = [];

beforeAll(async () => {
  project = copyProject();
  service = await startDevServer(project.directory);
  browser = await startChromium();
  page = await (await browser.newContext({ viewport: { width: 1200, height: 900 } })).newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== service.base) elsewhere.push(url.href);
  });
  await page.goto(`${service.base}/docs`);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  project?.remove();
});

/** Opens an operation, and sends it as the viewer has it filled in. */
async function send(operation: string): Promise<string> {
  const block = page.locator(`#operations-${operation}`);
  await block.locator(".opblock-summary-control").click();
  await block.locator(".try-out__btn").click();
  await block.locator(".execute").click();
  const status = block.locator(".live-responses-table tbody .response-col_status").first();
  await status.waitFor();
  return ((await status.textContent()) ?? "").trim().slice(0, 3);
}

it("shows every operation; with SCREENSHOT it makes the image in docs/", async () => {
  type Document = { readonly paths: Readonly<Record<string, object>> };
  const { paths }: Document = await (await fetch(`${service.base}/openapi.json`)).json();
  const described = Object.values(paths).flatMap((methods) => Object.keys(methods));
  const blocks = page.locator(".opblock");
  await expect.poll(() => blocks.count(), { timeout: 20_000 }).toBe(described.length);
  const file = process.env["SCREENSHOT"];
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  await page.screenshot({ path: file });
});

it("sends requests to the service that it came from", async () => {
  expect(await send("Service-live")).toBe("200");
  expect(await send("Accounts-register")).toBe("201");
  expect(await send("Signing_in-login")).toBe("200");
  expect(await send("Accounts-getOwnAccount")).toBe("401");
});

it("the service and its errors explain themselves to a person", async () => {
  await page.goto(service.base);
  expect(await page.locator("h1").textContent()).toBe("auth-service");
  await page.goto(`${service.base}/problems/weak_password`);
  expect(await page.locator("h1").textContent()).toBe("The password is too easy to guess.");
  expect(await page.locator("h2").allTextContents()).toContain("What an operator does");
  const width = await page.locator("body").evaluate("document.body.clientWidth");
  expect(width).toBeLessThan(1_000); // its style applies
});

it("loads nothing from elsewhere, and the browser has nothing to complain of", () => {
  expect(elsewhere).toEqual([]);
  // The browser tells of every reply that is no success; the last one above was asked for.
  const unasked = complaints.filter(
    (text) => !/the server responded with a status of 401/.test(text),
  );
  expect(unasked).toEqual([]);
});
