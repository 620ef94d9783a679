import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { toBase64Url } from "../../../src/core/security/encoding.ts";
import { newUser, type Reply, refresh } from "../../support/client.ts";
import { failing } from "../../support/failing.ts";
import { serviceWith } from "../../support/faults.ts";
import { interposed } from "../../support/objects.ts";
import { dumpObject, userObject, withoutTable } from "../../support/storage.ts";
import { expectAccepted } from "../../support/tokens.ts";

let refreshToken: string;
let userId: string;

beforeAll(async () => {
  ({ refreshToken, id: userId } = await newUser());
});

type Service = ReturnType<typeof serviceWith>;

const refreshThrough = (service: Service): Promise<Reply> =>
  service("POST", "/v1/auth/refresh", { body: { refresh_token: refreshToken } });

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
}

/** Another root secret under the version that wrapped the key and made the tokens. */
const otherSecrets = () =>
  `v2:${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))},${Reflect.get(env, "AUTH_SECRETS")}`;

const outages: Record<string, () => Promise<Reply>> = {
  "the user's object": () =>
    refreshThrough(
      serviceWith({
        USERS: interposed(env.USERS, () => {
          throw new Error("injected");
        }),
      }),
    ),
  "D1, for an isolate that has no key yet": () =>
    refreshThrough(serviceWith({ DB: failing(env.DB, () => true) })),
  "the table of keys": () => withoutTable("signing_keys", () => refreshThrough(serviceWith({}))),
  "a signing key that cannot be unwrapped": async () => {
    const { results } = await env.DB.prepare("select kid, wrapped_private from signing_keys").all<{
      kid: string;
      wrapped_private: string;
    }>();
    const setWrapped = "update signing_keys set wrapped_private = ? where kid = ?";
    await env.DB.prepare("update signing_keys set wrapped_private = 'v9.AAAA'").run();
    try {
      return await refreshThrough(serviceWith({ AUTH_SECRETS: otherSecrets() }));
    } finally {
      for (const { kid, wrapped_private } of results) {
        await env.DB.prepare(setWrapped).bind(wrapped_private, kid).run();
      }
    }
  },
};

it.each(Object.entries(outages))(
  "REF-07 without %s a refresh is 503 and consumes nothing",
  async (_, refreshed) => {
    const before = await dumpObject(userObject(userId));
    expectOutage(await refreshed());
    expect(await dumpObject(userObject(userId))).toEqual(before);
  },
);

it("REF-07 a reply lost on its way out of the object is fetched by a retry", async () => {
  let lost = "";
  const service = serviceWith({
    USERS: {
      idFromName: (name: string) => env.USERS.idFromName(name),
      get: (id: DurableObjectId) => ({
        refresh: async (...args: Parameters<ReturnType<typeof userObject>["refresh"]>) => {
          lost = (await env.USERS.get(id).refresh(...args)).kind;
          throw new Error("Network connection lost.");
        },
      }),
    },
  });
  expectOutage(await refreshThrough(service));
  expect(lost).toBe("rotated");
  const retry = await refresh(refreshToken);
  expect(retry.status).toBe(200);
  await expectAccepted(retry.body.access_token);
  const again = await refresh(refreshToken);
  expect(again.body.refresh_token).toBe(retry.body.refresh_token);
  refreshToken = retry.body.refresh_token;
});

it("REF-07 the hot path needs neither KV nor any table of D1", async () => {
  const service = serviceWith({ JWKS_CACHE: failing(env.JWKS_CACHE, () => true) });
  const warm = await refreshThrough(service);
  expect(warm.status).toBe(200);
  refreshToken = warm.body.refresh_token;
  await withoutTable("users", () =>
    withoutTable("user_roles", async () => {
      const reply = await refreshThrough(service);
      expect(reply.status).toBe(200);
      refreshToken = reply.body.refresh_token;
    }),
  );
  expect((await refresh(refreshToken)).status).toBe(200);
});
