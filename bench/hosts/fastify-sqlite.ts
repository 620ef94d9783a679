/**
 * `node hosts/fastify-sqlite.ts <directory>`: the service that a competent team writes in an
 * afternoon with Fastify, @fastify/jwt and node:sqlite, as their documentation says.
 */
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import fastifyJwt, { type FastifyJWTOptions } from "@fastify/jwt";
import Fastify, { type FastifyInstance } from "fastify";
import { hashPassword, verifyPassword } from "./equal-hash.ts";
import { type Grant, openStore } from "./fastify-sqlite-store.ts";

type Claims = { readonly sub: string; readonly sid: string; readonly roles: readonly string[] };
type Credentials = { readonly email: string; readonly password: string };

declare module "@fastify/jwt" {
  interface FastifyJWT {
    payload: Claims;
    user: Claims;
  }
}

const [directory = ""] = process.argv.slice(2);
const store = openStore(join(directory, "service.sqlite"));

/** Seconds. */
const ACCESS_TTL = 600;
const [ISSUER, AUDIENCE] = ["https://auth.example.com", "https://api.example.com"];
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwks = {
  keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" }],
};

const jwtOptions: FastifyJWTOptions = {
  secret: {
    private: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    public: publicKey.export({ format: "pem", type: "spki" }).toString(),
  },
  sign: { algorithm: "ES256", kid: "1", iss: ISSUER, aud: AUDIENCE, expiresIn: `${ACCESS_TTL}s` },
  verify: { algorithms: ["ES256"], allowedIss: ISSUER, allowedAud: AUDIENCE },
};

const text = { type: "string" } as const;
const object = (properties: Record<string, object>) => ({
  type: "object",
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});
const credentials = object({
  email: { ...text, format: "email", maxLength: 254 },
  password: { ...text, minLength: 15, maxLength: 256 },
});
const tokens = object({
  access_token: text,
  token_type: text,
  expires_in: { type: "integer" },
  refresh_token: text,
});

/** A stranger's password costs as much to refuse as a wrong one. */
const NOBODY = await hashPassword("nobody has this password");

async function service(app: FastifyInstance): Promise<void> {
  await app.register(fastifyJwt, jwtOptions);
  accounts(app);
  sessions(app);
  identify(app);
  app.get("/jwks", async () => jwks);
}

const problem = object({ error: text });

function accounts(app: FastifyInstance): void {
  app.post<{ Body: Credentials }>(
    "/register",
    { schema: { body: credentials, response: { 201: object({ id: text }), 409: problem } } },
    async ({ body: { email, password } }, reply) => {
      const id = store.addUser(email.toLowerCase(), await hashPassword(password));
      if (id === null) return reply.code(409).send({ error: "email_taken" });
      return reply.code(201).send({ id });
    },
  );

  const profile = { response: { 200: object({ id: text, email: text }), 401: problem } };
  app.get("/me/session", { schema: profile }, async (request, reply) => {
    const { sid } = await request.jwtVerify<Claims>();
    return store.findSession(sid) ?? reply.code(401).send({ error: "session_ended" });
  });
}

function sessions(app: FastifyInstance): void {
  const answer = ({ userId, sessionId, refreshToken }: Grant) => ({
    access_token: app.jwt.sign({ sub: userId, sid: sessionId, roles: ["user"] }),
    token_type: "Bearer",
    expires_in: ACCESS_TTL,
    refresh_token: refreshToken,
  });

  app.post<{ Body: Credentials }>(
    "/login",
    { schema: { body: credentials, response: { 200: tokens, 401: problem } } },
    async ({ body: { email, password } }, reply) => {
      const account = store.findUser(email.toLowerCase());
      const isGood = await verifyPassword(account?.password_hash ?? NOBODY, password);
      if (account === undefined || !isGood) {
        return reply.code(401).send({ error: "invalid_credentials" });
      }
      return answer(store.openSession(account.id));
    },
  );

  app.post<{ Body: { refresh_token: string } }>(
    "/refresh",
    { schema: { body: object({ refresh_token: text }), response: { 200: tokens, 401: problem } } },
    async ({ body }, reply) => {
      const grant = store.rotate(body.refresh_token);
      return grant === null ? reply.code(401).send({ error: "invalid_token" }) : answer(grant);
    },
  );
}

/** The plugin's cache of tokens that it verified, off as shipped: beside the rest, with it on. */
async function cached(app: FastifyInstance): Promise<void> {
  await app.register(fastifyJwt, { ...jwtOptions, verify: { ...jwtOptions.verify, cache: true } });
  identify(app);
}

/** What the token alone says. */
function identify(app: FastifyInstance): void {
  const schema = { response: { 200: object({ id: text, session_id: text }) } };
  app.get("/me", { schema }, async (request) => {
    const { sub, sid } = await request.jwtVerify<Claims>();
    return { id: sub, session_id: sid };
  });
}

const app = Fastify({ logger: false });
await app.register(service);
await app.register(cached, { prefix: "/cached" });
const main = await app.listen({ port: 0, host: "127.0.0.1" });
console.log(JSON.stringify({ origins: { main } }));

process.on("SIGTERM", () => process.exit(0));
