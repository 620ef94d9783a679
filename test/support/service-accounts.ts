import { expect } from "vitest";
import { call, type Options, type Reply } from "./client.ts";

export type ServiceAccount = { readonly id: string; readonly secret: string };

/** Made over HTTP, by somebody who may give it these roles. */
export async function newServiceAccount(
  adminToken: string,
  roles: readonly string[] = [],
): Promise<ServiceAccount> {
  const reply = await call("POST", "/v1/service-accounts", {
    token: adminToken,
    body: { name: "Nightly report", roles },
  });
  expect(reply.status).toBe(201);
  return { id: reply.body.client_id, secret: reply.body.client_secret };
}

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** The body that OAuth's endpoints take. */
export function form(fields: Fields, headers: Record<string, string> = {}): Options {
  const pairs = Array.isArray(fields) ? fields.map(([...pair]) => pair) : Object.entries(fields);
  return {
    body: new URLSearchParams(pairs).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  };
}

/** Id and secret form-encoded, then joined (RFC 6749, section 2.3.1). */
export function basic({ id, secret }: ServiceAccount): Record<string, string> {
  const encoded = [id, secret].map((part) => new URLSearchParams([["", part]]).toString().slice(1));
  return { authorization: `Basic ${btoa(encoded.join(":"))}` };
}

/** Posts to an OAuth endpoint as this client, by the header. */
export const post = (
  path: string,
  client: ServiceAccount,
  fields: Fields,
  service: typeof call = call,
): Promise<Reply> => service("POST", path, form(fields, basic(client)));

export const tokenReply = (client: ServiceAccount, service: typeof call = call): Promise<Reply> =>
  post("/oauth2/token", client, { grant_type: "client_credentials" }, service);

export async function clientToken(client: ServiceAccount): Promise<string> {
  const reply = await tokenReply(client);
  expect(reply.status).toBe(200);
  return reply.body.access_token;
}

/** What holds of every refusal of these endpoints (RFC 6749, section 5.2). */
export function expectOAuthError(reply: Reply, status: number, error: string): void {
  expect([reply.status, reply.body.error]).toEqual([status, error]);
  expect(reply.headers.get("content-type")).toBe("application/json");
  expect(reply.headers.get("cache-control")).toBe("no-store");
  const { error: _, error_description: description = "", ...rest } = reply.body;
  expect(rest).toEqual({});
  expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  const challenge = reply.headers.get("www-authenticate");
  if (status === 401) expect(challenge).toMatch(/^Basic realm="/);
  else expect(challenge).toBeNull();
}
