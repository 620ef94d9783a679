import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  copyProject,
  type DevServer,
  freePort,
  type ProjectCopy,
  startDevServer,
  until,
} from "../support/dev-server.ts";
import { startChromium, virtualAuthenticator } from "./chromium.ts";

/*
 * examples/passkeys in a real browser, against the service as `npm run dev` starts it.
 */

const PASSWORD = "seven quiet herons by the estuary";

let project: ProjectCopy;
let service: DevServer;
let browser: Browser;
let origin: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  project = copyProject();
  const port = await freePort();
  origin = `http://localhost:${port}`;
  service = await startDevServer(project.directory, {
    PUBLIC_APP_URL: origin,
    CORS_ORIGINS: origin,
  });
  const script = join(project.directory, "examples/serve.ts");
  const page = spawn(process.execPath, [
    script,
    "passkeys",
    "--port",
    `${port}`,
    "--service",
    service.base,
  ]);
  closers.push(() => page.kill());
  await until(async () => (await fetch(origin)).ok, 20_000);
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  for (const close of closers) close();
  await service?.stop();
  project?.remove();
});

let page: Page;
let complaints: string[];
let serial = 0;

beforeEach(async () => {
  const context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(origin);
});

afterEach(async () => {
  await page.context().close();
});

const told = () => page.locator("#told").textContent();

/** Presses a button, and waits for what the page says of it. */
async function press(act: string, wanted: string): Promise<void> {
  await page.locator(`button[value="${act}"]`).click();
  await expect.poll(told, { timeout: 20_000 }).toBe(wanted);
}

const shown = async () => ({
  amr: await page.locator("#amr").textContent(),
  acr: await page.locator("#acr").textContent(),
});

/** Somebody who has an account and is signed in with the password. */
async function newPerson(): Promise<void> {
  await page.locator('[name="email"]').fill(`ada.${++serial}@example.com`);
  await page.locator('[name="password"]').fill(PASSWORD);
  await press("register", "Registered.");
  await press("signIn", "Signed in.");
}

it("somebody adds a passkey, and signs in with it alone", async () => {
  const authenticator = await virtualAuthenticator(page, { transport: "internal" });
  await newPerson();
  expect(await shown()).toEqual({ amr: "pwd", acr: "aal1" });
  await press("addPasskey", "Passkey added.");
  expect(await shown()).toEqual({ amr: "pwd hwk user mfa", acr: "aal2" });
  expect((await page.locator("#codes").textContent())?.split("\n")).toHaveLength(10);
  await press("signOut", "Signed out.");
  await page.reload(); // nothing is left of the password
  await press("signInByPasskey", "Signed in.");
  expect(await shown()).toEqual({ amr: "hwk user mfa", acr: "aal2" });
  expect(await page.locator("#factors li").count()).toBe(1);
  expect((await authenticator.credentials())[0]?.signCount).toBeGreaterThan(1);
  expect(complaints).toEqual([]);
});

it("a passkey that devices share says so", async () => {
  await virtualAuthenticator(page, { transport: "internal", isSynced: true });
  await newPerson();
  await press("addPasskey", "Passkey added.");
  await press("signOut", "Signed out.");
  await press("signInByPasskey", "Signed in.");
  expect(await shown()).toEqual({ amr: "swk user mfa", acr: "aal2" });
});

it("a security key is the second factor after the password, and steps a session up", async () => {
  await virtualAuthenticator(page, { transport: "usb" });
  await newPerson();
  await press("addPasskey", "Passkey added.");
  await press("signOut", "Signed out.");
  await press("signIn", "second_factor_required");
  await press("showPasskey", "Signed in.");
  expect(await shown()).toEqual({ amr: "pwd hwk user mfa", acr: "aal2" });
  await press("stepUp", "Proved again.");
});

it("whoever lost it goes on with a recovery code, and takes the factors away", async () => {
  const authenticator = await virtualAuthenticator(page, { transport: "usb" });
  await newPerson();
  await press("addPasskey", "Passkey added.");
  const [code = ""] = (await page.locator("#codes").textContent())?.split("\n") ?? [];
  await press("signOut", "Signed out.");
  await authenticator.remove();
  await press("signIn", "second_factor_required");
  await page.locator('[name="code"]').fill(code);
  await press("showCode", "Signed in.");
  expect(await shown()).toEqual({ amr: "pwd mfa", acr: "aal2" });
  await press("removeFactors", "Removed.");
  await press("signOut", "Signed out.");
  await press("signIn", "Signed in.");
  expect(await shown()).toEqual({ amr: "pwd", acr: "aal1" });
});

it("one authenticator makes one passkey of an account", async () => {
  await virtualAuthenticator(page, { transport: "internal" });
  await newPerson();
  await press("addPasskey", "Passkey added.");
  await press("addPasskey", "The browser says: InvalidStateError");
});

it("an authenticator that does not know its owner gives none", async () => {
  const authenticator = await virtualAuthenticator(page, { transport: "internal" });
  await newPerson();
  await press("addPasskey", "Passkey added.");
  await press("signOut", "Signed out.");
  await authenticator.verifies(false);
  await press("signInByPasskey", "The browser says: NotAllowedError");
});
