import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyProject, startDevServer } from "../../support/dev-server.ts";
import { type HttpReply, httpClient } from "../../support/http-client.ts";
import { localDatabases } from "../../support/local-database.ts";
import { createOperator, signInOperator } from "../../support/scripts.ts";
import { readSigner, type Signer } from "./signer.ts";

/** What stands in the document, so that only the issuer has to be replaced in it. */
export const AUDIENCE = "https://api.example.com";
const PASSWORD = "seven quiet herons by the estuary";
const PERSON = "ada@example.com";

export type Tokens = {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly session_id: string;
};

/** A service as `npm run dev` starts it, with a person who may read orders and a program. */
export type Service = {
  readonly issuer: string;
  readonly port: number;
  /** Where it runs: whoever binds it looks for it there. */
  readonly directory: string;
  readonly person: { readonly id: string; readonly email: string; readonly password: string };
  readonly program: { readonly id: string; readonly secret: string };
  readonly signer: Signer;
  signIn(): Promise<Tokens>;
  /** Ends the session of an access token. */
  signOut(token: string): Promise<void>;
  /** The person's address counts as verified from now on. */
  verifyAddress(): Promise<void>;
  /** A service account's access token. */
  programToken(): Promise<string>;
  /** An administrator's call, which must succeed. */
  administer(method: string, path: string, body?: unknown): Promise<HttpReply["body"]>;
  stop(): Promise<void>;
};

export async function startService(vars: Readonly<Record<string, string>> = {}): Promise<Service> {
  const project = copyProject();
  const server = await startDevServer(project.directory, { AUDIENCE, ...vars });
  const stop = async () => {
    await server.stop();
    project.remove();
  };
  try {
    const { directory } = project;
    return { ...(await populate(server.base, directory)), directory, port: server.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function populate(
  issuer: string,
  directory: string,
): Promise<Omit<Service, "directory" | "port" | "stop">> {
  const http = httpClient(issuer);
  await createOperator(directory);
  const token = await signInOperator(issuer);
  const administer = (method: string, path: string, body?: unknown) =>
    succeeded(http.call(method, path, { token, body }));

  const person = await succeeded(http.register(PERSON, PASSWORD));
  await administer("POST", "/v1/roles", { name: "clerk", permissions: ["orders:read"] });
  await administer("PUT", `/v1/users/${person.id}/roles/clerk`);
  const body = { name: "Somebody else's software", roles: ["clerk"] };
  const account = await administer("POST", "/v1/service-accounts", body);
  const program = { id: account.client_id, secret: account.client_secret };
  return {
    issuer,
    person: { id: person.id, email: PERSON, password: PASSWORD },
    program,
    signer: await readSigner(directory, readFileSync(join(directory, ".dev.vars"), "utf8")),
    administer,
    signIn: () => succeeded(http.signIn(PERSON, PASSWORD)),
    signOut: (token) => succeeded(http.call("POST", "/v1/auth/logout", { token })),
    async verifyAddress() {
      const statement = `update users set email_verified = 1 where email = '${PERSON}'`;
      localDatabases(directory).change("users", statement);
    },
    programToken: () => programToken(issuer, program),
  };
}

async function succeeded(reply: Promise<HttpReply>): Promise<HttpReply["body"]> {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}

async function programToken(issuer: string, { id, secret }: Service["program"]): Promise<string> {
  const response = await fetch(`${issuer}/oauth2/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const { access_token: token }: { access_token: string } = await response.json();
  return token;
}
