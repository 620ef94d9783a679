import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, it } from "vitest";
import {
  call,
  newAdmin,
  newUser,
  PASSWORD,
  type Reply,
  refresh,
  type SignedIn,
  signIn,
} from "../../support/client.ts";
import { serviceWith } from "../../support/faults.ts";
import { interposed } from "../../support/objects.ts";
import { withoutTable, withoutWriting } from "../../support/storage.ts";
import { expectAccepted, expectRefused } from "../../support/tokens.ts";

let admin: SignedIn;
let user: SignedIn;
let other: SignedIn;

beforeAll(async () => {
  admin = await newAdmin();
});

beforeEach(async () => {
  user = await newUser();
  other = await signIn(user.email);
});

type Service = typeof call;

const revocations: Record<string, (service: Service) => Promise<Reply>> = {
  logout: (service) => service("POST", "/v1/auth/logout", { token: user.accessToken }),
  "logout everywhere": (service) =>
    service("POST", "/v1/auth/logout?scope=global", { token: user.accessToken }),
  "logout by refresh token": (service) =>
    service("POST", "/v1/auth/logout", { body: { refresh_token: user.refreshToken } }),
  "logout everywhere by refresh token": (service) =>
    service("POST", "/v1/auth/logout?scope=global", { body: { refresh_token: user.refreshToken } }),
  "ending one session": (service) =>
    service("DELETE", `/v1/auth/sessions/${user.sessionId}`, { token: user.accessToken }),
  "an administrator ending all": (service) =>
    service("DELETE", `/v1/users/${user.id}/sessions`, { token: admin.accessToken }),
};

const changes: Record<string, (service: Service) => Promise<Reply>> = {
  disabling: (service) =>
    service("PATCH", `/v1/users/${user.id}`, {
      token: admin.accessToken,
      body: { status: "disabled" },
    }),
  deleting: (service) => service("DELETE", `/v1/users/${user.id}`, { token: admin.accessToken }),
  "changing the password": (service) =>
    service("POST", "/v1/users/me/password", {
      token: other.accessToken,
      body: { current_password: PASSWORD, new_password: "another horse battery staple" },
    }),
};

function expectOutage(reply: Reply): void {
  expect([reply.status, reply.body.code]).toEqual([503, "service_unavailable"]);
  expect(reply.headers.get("retry-after")).toMatch(/^[1-9]/);
}

/** The object does not answer what would end a session. */
const deafToEndings = () =>
  serviceWith({
    USERS: interposed(env.USERS, (method) => {
      if (method === "endSessions" || method === "change") throw new Error("injected");
    }),
  });

it.each(Object.entries({ ...revocations, ...changes }))(
  "REV-04 %s that cannot be stored is 503, and true when it is done again",
  async (_, revoke) => {
    expectOutage(await revoke(deafToEndings()));
    await expectAccepted(user.accessToken);
    expect([200, 204]).toContain((await revoke(call)).status);
    await expectRefused({ "its access token": user.accessToken });
    expect((await refresh(user.refreshToken)).status).toBe(401);
  },
);

it.each(Object.entries(changes))(
  "REV-04 %s while D1 cannot be read or written is 503, and undone",
  async (_, change) => {
    expectOutage(await withoutTable("users", () => change(call)));
    expectOutage(await withoutWriting("users", () => change(call)));
    await expectAccepted(user.accessToken);
    expect((await refresh(user.refreshToken)).status).toBe(200);
  },
);

it.each(Object.entries(revocations).slice(0, 5))(
  "REV-04 %s needs no D1 to be true",
  async (_, revoke) => {
    await withoutTable("users", async () => {
      expect((await revoke(call)).status).toBe(204);
      expect((await refresh(user.refreshToken)).status).toBe(401);
    });
    await expectRefused({ "its access token": user.accessToken });
  },
);
