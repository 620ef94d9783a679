import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  copyProject,
  type DevServer,
  type ProjectCopy,
  startDevServer,
} from "../support/dev-server.ts";
import { httpClient } from "../support/http-client.ts";
import { signInOperator } from "../support/scripts.ts";

/*
 * Clients that others wrote, as they ship, against the service as a developer runs it. The only
 * thing they are told is that http will do on this machine.
 */

const PASSWORD = "seven quiet herons by the estuary";
const AUDIENCE = "https://api.example.test";
const insecure = { [oauth.allowInsecureRequests]: true };

let project: ProjectCopy;
let server: DevServer;
let issuer: URL;
let as: oauth.AuthorizationServer;
let client: oauth.Client;
let secret: string;
let person: { readonly email: string; readonly id: string };

const http = () => httpClient(server.base);
const signIn = async () => (await http().signIn(person.email, PASSWORD)).body;

async function makeClient(): Promise<void> {
  const token = await signInOperator(server.base);
  const { body } = await http().call("POST", "/v1/service-accounts", {
    token,
    body: { name: "Interoperability", roles: ["admin"] },
  });
  client = { client_id: body.client_id };
  secret = body.client_secret;
}

beforeAll(async () => {
  project = copyProject(inject("operatedState"));
  server = await startDevServer(project.directory, { AUDIENCE });
  issuer = new URL(server.base);
  const email = "ada@example.com";
  const { body } = await http().register(email, PASSWORD);
  person = { email, id: body.id };
  await makeClient();
  as = await discover("oauth2");
});

afterAll(async () => {
  await server?.stop();
  project.remove();
});

async function discover(algorithm: "oauth2" | "oidc"): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

async function clientToken(authenticate: oauth.ClientAuth): Promise<oauth.TokenEndpointResponse> {
  const parameters = new URLSearchParams();
  const response = await oauth.clientCredentialsGrantRequest(
    as,
    client,
    authenticate,
    parameters,
    insecure,
  );
  return oauth.processClientCredentialsResponse(as, client, response);
}

async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
  const authenticate = oauth.ClientSecretBasic(secret);
  const response = await oauth.introspectionRequest(as, client, authenticate, token, insecure);
  return oauth.processIntrospectionResponse(as, client, response);
}

/** As a resource server of theirs would see the request. */
const validate = (token: string) =>
  oauth.validateJwtAccessToken(
    as,
    new Request(`${AUDIENCE}/pages`, { headers: { authorization: `Bearer ${token}` } }),
    AUDIENCE,
    insecure,
  );

/** Well-formed, with a signature of something else. */
function altered(token: string): string {
  const [head, payload, signature = ""] = token.split(".");
  return `${head}.${payload}.A${[...signature.slice(0, -2)].reverse().join("")}A`;
}

describe("oauth4webapi", () => {
  it.each(["oauth2", "oidc"] as const)("discovers the service by %s", async (algorithm) => {
    const found = await discover(algorithm);
    expect(found.issuer).toBe(server.base);
    expect(found.token_endpoint).toBe(`${server.base}/oauth2/token`);
  });

  it.each<[string, () => oauth.ClientAuth]>([
    ["Basic", () => oauth.ClientSecretBasic(secret)],
    ["the body", () => oauth.ClientSecretPost(secret)],
  ])("gets a token for a service account by %s, and validates it", async (_, authenticate) => {
    const {
      access_token: token,
      token_type: type,
      expires_in: ttl,
    } = await clientToken(authenticate());
    expect([type, ttl]).toEqual(["bearer", 600]);
    const claims = await validate(token);
    expect(claims).toMatchObject({ sub: client.client_id, client_id: client.client_id });
  });

  it("is told of a wrong secret in words that it understands", async () => {
    const refused = clientToken(oauth.ClientSecretBasic("wrong"));
    await expect(refused).rejects.toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    await expect(refused).rejects.toMatchObject({ status: 401 });
  });

  it("refreshes a person's session, and a spent token is invalid_grant", async () => {
    const firstParty = { client_id: "first-party" };
    const { refresh_token: first } = await signIn();
    const refresh = async (token: string) => {
      const response = await oauth.refreshTokenGrantRequest(
        as,
        firstParty,
        oauth.None(),
        token,
        insecure,
      );
      return oauth.processRefreshTokenResponse(as, firstParty, response);
    };
    const second = await refresh(first);
    expect(await validate(second.access_token)).toMatchObject({ sub: person.id });
    const third = await refresh(second.refresh_token ?? "");
    expect(third.refresh_token).not.toBe(second.refresh_token);
    // Its successor was used: the first one is reuse now.
    const reused = refresh(first);
    await expect(reused).rejects.toBeInstanceOf(oauth.ResponseBodyError);
    await expect(reused).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("introspects and revokes: what was live is dead", async () => {
    const { access_token: access, refresh_token: refresh } = await signIn();
    const live = { active: true, sub: person.id };
    expect(await introspect(access)).toMatchObject(live);
    expect(await introspect(refresh)).toEqual({ active: false });
    const firstParty = { client_id: "first-party" };
    const nobody = oauth.None();
    const response = await oauth.revocationRequest(as, firstParty, nobody, refresh, insecure);
    expect(await oauth.processRevocationResponse(response)).toBeUndefined();
    expect(await introspect(access)).toEqual({ active: false });
  });

  it("refuses a token of ours for another audience, and one that was altered", async () => {
    const { access_token: token } = await signIn();
    expect(await validate(token)).toMatchObject({ sub: person.id });
    const other = new Request(AUDIENCE, { headers: { authorization: `Bearer ${token}` } });
    const elsewhere = oauth.validateJwtAccessToken(as, other, "https://other.test", insecure);
    await expect(elsewhere).rejects.toThrow();
    await expect(validate(altered(token))).rejects.toThrow();
  });
});

describe("jose", () => {
  it("verifies tokens by the published key set", async () => {
    const keys = createRemoteJWKSet(new URL(String(as.jwks_uri)));
    const expected = { issuer: server.base, audience: AUDIENCE, typ: "at+jwt" };
    const { access_token: token } = await signIn();
    expect((await jwtVerify(token, keys, expected)).payload.sub).toBe(person.id);
    const service = await clientToken(oauth.ClientSecretBasic(secret));
    const verified = await jwtVerify(service.access_token, keys, expected);
    expect(verified.payload.sub).toBe(client.client_id);
    await expect(jwtVerify(altered(token), keys, expected)).rejects.toThrow();
  });
});
