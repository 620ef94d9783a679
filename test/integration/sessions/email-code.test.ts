import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, freshEmail, insertUser, PASSWORD, type Reply } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { inboxOf, mailTo } from "../../support/inbox.ts";
import { claimsOf } from "../../support/tokens.ts";

const start = async (email: string): Promise<string> => {
  const reply = await call("POST", "/v1/auth/email-code/start", { body: { email } });
  expect(reply.status).toBe(202);
  return reply.body.flow;
};

const finish = (flow: string, code: string): Promise<Reply> =>
  call("POST", "/v1/auth/email-code/finish", { body: { flow, code } });

const other = (code: string) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

async function begun() {
  const { id, email } = await insertUser(["user"]);
  const flow = await start(email);
  const { code } = await mailTo(email);
  return { id, email, flow, code };
}

it.each(["start", "finish"])("where it is off there is no %s", async (step) => {
  const service = serviceWith({ EMAIL_CODE_SIGN_IN: "false" });
  const reply = await service("POST", `/v1/auth/email-code/${step}`, { body: {} });
  expect([reply.status, reply.body.code]).toEqual([404, "not_found"]);
});

it("flow and code together sign in, once, and the tokens say by what", async () => {
  const { id, flow, code } = await begun();
  const signedIn = await finish(flow, code);
  expect(signedIn.status).toBe(200);
  const claims = claimsOf(signedIn.body.access_token);
  expect(claims).toMatchObject({ sub: id, amr: ["otp"] });
  const again = await finish(flow, code);
  expect([again.status, again.body.code]).toEqual([401, "invalid_code"]);
});

it("of fifty with the right code at once at most one signs in", async () => {
  const { flow, code } = await begun();
  const replies = await Promise.all(Array.from({ length: 50 }, () => finish(flow, code)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 401)).toHaveLength(49);
});

it("a code is worth nothing with another flow, also one of the same address", async () => {
  const { email, code } = await begun();
  const flow = await start(email);
  expect((await finish(flow, code)).body.code).toBe("invalid_code");
  expect((await finish(await start(freshEmail()), code)).body.code).toBe("invalid_code");
});

it("RAT-01 of a hundred tries at once five are looked at, and then the right one is too late", async () => {
  const { flow, code } = await begun();
  const replies = await Promise.all(Array.from({ length: 100 }, () => finish(flow, other(code))));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401]));
  expect((await finish(flow, code)).body.code).toBe("invalid_code");
});

it("RAT-08 tries count with those at the password", async () => {
  const { email, flow, code } = await begun();
  for (let i = 0; i < 5; i++) await finish(flow, other(code));
  const login = (password: string) => call("POST", "/v1/auth/login", { body: { email, password } });
  for (let i = 0; i < 5; i++) expect((await login("not the right password")).status).toBe(401);
  expect((await login(PASSWORD)).status).toBe(429);
  const next = await start(email);
  expect((await finish(next, "00000000")).status).toBe(429);
});

it("a code dies with any change of the account", async () => {
  const { id, flow, code } = await begun();
  await env.DB.prepare("update users set version = version + 1 where id = ?").bind(id).run();
  expect((await finish(flow, code)).body.code).toBe("invalid_code");
});

describe("nobody learns by it", () => {
  it("ENU-03 a name without an account is answered as a wrong code is", async () => {
    const { flow, code } = await begun();
    const seen = ({ status, headers, body }: Reply) => {
      const shown = new Headers(headers);
      shown.delete("x-request-id");
      return { status, headers: [...shown], body: { ...body, request_id: "" } };
    };
    const unknown = seen(await finish(await start(freshEmail()), "12345678"));
    expect(seen(await finish(flow, other(code)))).toEqual(unknown);
    expect(seen(await finish("cf1.nonsense", code))).toEqual(unknown);
  });

  it("a disabled account is told of after the right code alone", async () => {
    const { id, email } = await insertUser(["user"]);
    await env.DB.prepare("update users set status = 'disabled' where id = ?").bind(id).run();
    const flow = await start(email);
    const { code } = await mailTo(email);
    expect((await finish(flow, other(code))).body.code).toBe("invalid_code");
    expect((await finish(flow, code)).body.code).toBe("account_disabled");
  });
});

it("AUZ-06 an address that nobody verified gets the link for that, and no session", async () => {
  const { email } = await insertUser(["user"], freshEmail(), { verified: false });
  const flow = await start(email);
  const { page, code } = await mailTo(email);
  expect([page, code]).toEqual(["http://localhost:3000/verify-email", ""]);
  expect((await finish(flow, "12345678")).body.code).toBe("invalid_code");
  expect(await inboxOf(email)).toHaveLength(1);
});
