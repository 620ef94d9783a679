import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newUser, PASSWORD, type Reply, type SignedIn } from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { interposed, objectError } from "../../support/objects.ts";

let user: SignedIn;

beforeAll(async () => {
  user = await newUser();
});

type Service = ReturnType<typeof serviceWith>;

/** A service whose objects fail the first calls of a method, and the count of calls to it. */
function failingFirst(errors: readonly Error[]): { service: Service; asked: () => number } {
  let asked = 0;
  const fail = () => {
    const error = errors[asked++];
    if (error !== undefined) throw error;
  };
  const service = serviceWith({
    USERS: interposed(env.USERS, fail),
    LOGIN_THROTTLES: interposed(env.LOGIN_THROTTLES, () => undefined),
  });
  return { service, asked: () => asked };
}

const refreshed = (service: Service): Promise<Reply> =>
  service("POST", "/v1/auth/refresh", { body: { refresh_token: user.refreshToken } });

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]/);
}

it("CFW-12 a call that broke off and may be repeated is made once more", async () => {
  const { service, asked } = failingFirst([objectError({ retryable: true })]);
  const reply = await refreshed(service);
  expect([reply.status, asked()]).toEqual([200, 2]);
  user = { ...user, refreshToken: reply.body.refresh_token };
});

it("CFW-12 it is repeated once, not for ever", async () => {
  const broken = objectError({ retryable: true });
  const { service, asked } = failingFirst([broken, broken, broken, broken]);
  expectOutage(await refreshed(service));
  expect(asked()).toBe(2);
});

it.each([
  ["overloaded", objectError({ overloaded: true })],
  ["overloaded, retryable or not", objectError({ overloaded: true, retryable: true })],
  ["broken for good", objectError({})],
  ["broken, and said not to be retryable", objectError({ retryable: false })],
])("CFW-12 an object that is %s is left alone", async (_, error) => {
  const { service, asked } = failingFirst([error]);
  expectOutage(await refreshed(service));
  expect(asked()).toBe(1);
});

it("CFW-12 every way to the user's object says 503 when it does not answer", async () => {
  const { service } = failingFirst(
    Array.from({ length: 20 }, () => objectError({ overloaded: true })),
  );
  const { accessToken: token } = user;
  const replies = [
    await service("POST", "/v1/auth/login", { body: { email: user.email, password: PASSWORD } }),
    await service("GET", "/v1/users/me", { token }),
    await service("GET", "/v1/auth/sessions", { token }),
    await service("POST", "/v1/auth/logout", { token }),
    await service("POST", "/v1/auth/logout", { body: { refresh_token: user.refreshToken } }),
  ];
  for (const reply of replies) expectOutage(reply);
  expect((await refreshed(serviceWith({}))).status).toBe(200);
});

it("CFW-12 a try to sign in is counted once, so it is never asked for twice", async () => {
  let asked = 0;
  const service = serviceWith({
    LOGIN_THROTTLES: interposed(env.LOGIN_THROTTLES, (method) => {
      if (method !== "reserve") return;
      asked++;
      throw objectError({ retryable: true });
    }),
  });
  const login = { body: { email: user.email, password: PASSWORD } };
  expectOutage(await service("POST", "/v1/auth/login", login));
  expect(asked).toBe(1);
});
