import { relative } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { LocalMail } from "../../scripts/local-mail.ts";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
  until,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { mailTo } from "../support/mailbox.ts";
import { signInOperator } from "../support/scripts.ts";

const FIRST = "seven quiet herons by the estuary";
const SECOND = "four tall lanterns near the harbour";

let project: ProjectCopy;
let server: DevServer;

beforeAll(async () => {
  project = copyProject(inject("operatedState"));
  server = await startDevServer(project.directory, {
    REQUIRE_VERIFIED_EMAIL: "true",
    EMAIL_CODE_SIGN_IN: "true",
  });
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

const post = (path: string, body: object, token?: string) =>
  httpClient(server.base).call("POST", path, { body, ...(token === undefined ? {} : { token }) });

const signIn = (email: string, password: string) => httpClient(server.base).signIn(email, password);

/** The message to an address about that, from its file, and the token in its link. */
async function read(address: string, subject: RegExp): Promise<LocalMail & { token: string }> {
  let mail: LocalMail | undefined;
  await until(async () => {
    mail = (await mailTo(project.directory, address)).find((one) => subject.test(one.subject));
    return mail !== undefined;
  }, 20_000);
  if (mail === undefined) throw new Error("no such mail");
  return { ...mail, token: mail.link?.split("#token=")[1] ?? "" };
}

it("from a fresh clone: register, verify, forget, reset, sign in by a code, and see it all", async () => {
  const email = "ada@example.com";
  expect((await post("/v1/auth/register", { email, password: FIRST })).status).toBe(201);
  expect((await signIn(email, FIRST)).body.code).toBe("email_not_verified");

  const verification = await read(email, /Confirm/);
  expect(verification.link).toContain("http://localhost:3000/verify-email#token=mt1.");
  const verified = await post("/v1/auth/email/verify", {
    token: verification.token,
    password: FIRST,
  });
  expect(verified.status).toBe(204);
  const before = await signIn(email, FIRST);
  expect(before.status).toBe(200);

  expect((await post("/v1/auth/password/forgot", { email })).status).toBe(202);
  const { token } = await read(email, /new password/i);
  expect((await post("/v1/auth/password/reset", { token, password: SECOND })).status).toBe(204);
  expect((await signIn(email, FIRST)).body.code).toBe("invalid_credentials");
  expect((await httpClient(server.base).refresh(before.body.refresh_token)).status).toBe(401);
  await read(email, /changed/);

  const { flow } = (await post("/v1/auth/email-code/start", { email })).body;
  const { code } = await read(email, /code/);
  const signedIn = await post("/v1/auth/email-code/finish", { flow, code });
  expect(signedIn.status).toBe(200);

  const types = async (): Promise<string[]> => {
    const own = await httpClient(server.base).call("GET", "/v1/users/me/events", {
      token: signedIn.body.access_token,
    });
    return own.body.events.map(({ type }: { type: string }) => type);
  };
  await until(
    async () => (await types()).filter((type) => type === "session.opened").length === 2,
    20_000,
  );
  expect((await types()).reverse()).toEqual(
    expect.arrayContaining(["user.registered", "user.email.verified", "user.password.reset"]),
  );
});

it("an invitation and another address", async () => {
  const admin = await signInOperator(server.base);
  const [email, moved] = ["grace@example.com", "hopper@example.com"];
  expect((await post("/v1/users", { email }, admin)).status).toBe(201);

  const { token } = await read(email, /Your account/);
  expect((await post("/v1/auth/password/reset", { token, password: SECOND })).status).toBe(204);
  const own = (await signIn(email, SECOND)).body.access_token;

  const asked = await post("/v1/users/me/email", { password: SECOND, email: moved }, own);
  expect(asked.status).toBe(202);
  const confirmation = await read(moved, /Confirm/);
  const confirmed = await post("/v1/auth/email/verify", { token: confirmation.token }, own);
  expect(confirmed.status).toBe(204);
  expect((await signIn(moved, SECOND)).status).toBe(200);
  const told = await read(email, /address/i);
  expect(told.text).not.toContain(moved);
});

it("npm run dev shows a short line a request and the first steps, and no table of bindings", async () => {
  await post("/v1/auth/register", { email: "line@example.com", password: FIRST });
  const line = /^\d\d:\d\d:\d\d POST \/v1\/auth\/register 201 \d+ ms {2}hash \d+ · d1 \d+$/m;
  await until(async () => line.test(server.output()), 10_000);
  expect(server.output()).toContain(`curl ${server.base}/v1/auth/register`);
  expect(server.output()).not.toMatch(/"event":"request"|access to the following bindings/);
});

it("npm run dev writes mail to a file, and shows its subject, the file, and the link or the code", async () => {
  const email = "shown@example.com";
  await post("/v1/auth/register", { email, password: FIRST });
  const verification = await read(email, /Confirm/);
  const body = { token: verification.token, password: FIRST };
  expect((await post("/v1/auth/email/verify", body)).status).toBe(204);
  await post("/v1/auth/email-code/start", { email });
  const mails = [verification, await read(email, /code/)];
  expect(await mailTo(project.directory, email)).toHaveLength(2);
  for (const mail of mails) {
    const path = relative(project.directory, mail.path);
    const asked = mail.link ?? mail.code;
    expect(asked).not.toBeNull();
    const shown = `Mail to ${email}: ${mail.subject}\n${path}\n${asked}\n`;
    await until(async () => server.output().includes(shown), 10_000);
  }
});
