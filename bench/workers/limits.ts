/**
 * What the runtime can do at best: each route does one thing that our operations are made of,
 * with nothing around it but an empty Hono route.
 */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { createHmac, scryptSync } from "node:crypto";
import { scrypt } from "@noble/hashes/scrypt.js";
import { type Context, Hono } from "hono";
import { compactVerify, SignJWT } from "jose";

type Env = {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly OBJECTS: DurableObjectNamespace<RowObject>;
};

/** OWASP's cost in 32 MiB, as the service has it. */
const [N, r, p, length] = [2 ** 15, 8, 3, 32];
const PASSWORD = new TextEncoder().encode("correct horse battery staple");
const SALT = new Uint8Array(16).fill(7);
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The claims of a token of ours, so that what is signed is as long. */
const CLAIMS = {
  iss: "http://localhost:8787",
  sub: "usr_AAAAAAAAAAAAAAAAAAAAAA",
  aud: "http://localhost:8787",
  jti: "AAAAAAAAAAAAAAAAAAAAAA",
  client_id: "first-party",
  sid: "ses_AAAAAAAAAAAAAAAAAAAAAA",
  ver: 1,
  amr: ["pwd"],
  roles: ["user"],
  permissions: [],
};

/** The headers, and as much of a body, as the service's own replies have. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=15552000; includeSubDomains",
  vary: "Origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
const headers = () => ({ ...HEADERS, "x-request-id": crypto.randomUUID() });
const CACHED = { "cache-control": "public, max-age=300", etag: `"${"A".repeat(43)}"` };
const KEY = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43), kid: "A".repeat(43) };
const KEY_SET = { keys: [{ ...KEY, alg: "ES256", use: "sig" }] };
/** What stands beside the two tokens. */
const TOKENS = {
  token_type: "Bearer",
  expires_in: 600,
  refresh_expires_in: 2_592_000,
  session_id: "ses_AAAAAAAAAAAAAAAAAAAAAA",
};
/** As long as what a refresh token's MAC is over. */
const TOKEN_BODY = new Uint8Array(66);
const REFUSAL = {
  type: "http://localhost:8787/problems/invalid_refresh_token",
  title: "The refresh token is no longer good.",
  status: 401,
  code: "invalid_refresh_token",
};

const app = new Hono<{ Bindings: Env }>();
const done = { ok: true };

app.get("/", (c) => c.json(done));
app.post("/", async (c) => {
  await c.req.json();
  return c.json(done);
});

app.get("/scrypt/noble", (c) => {
  scrypt(PASSWORD, SALT, { N, r, p, dkLen: length });
  return c.json(done);
});
app.get("/scrypt/native", (c) => {
  scryptSync(PASSWORD, SALT, length, { N, r, p, maxmem: 64 * 1024 * 1024 });
  return c.json(done);
});

app.get("/sign/webcrypto", async (c) => c.text(await signed((await material()).pair.privateKey)));
app.get("/sign/jose", async (c) => {
  const { pair } = await material();
  const header = { alg: "ES256", typ: "at+jwt", kid: "bench" };
  return c.text(await new SignJWT(CLAIMS).setProtectedHeader(header).sign(pair.privateKey));
});
app.get("/verify/webcrypto", async (c) => c.json({ ok: await isGood(bearer(c.req.raw)) }));
app.get("/verify/jose", async (c) => {
  const { publicKey } = (await material()).pair;
  await compactVerify(bearer(c.req.raw), publicKey, { algorithms: ["ES256"] });
  return c.json(done);
});

/** What a refresh cannot do without, in one request, and its reply. */
app.post("/refresh", async (c) => {
  const { refresh_token } = await c.req.json();
  await objectOf(c).write();
  const access_token = await signed((await material()).pair.privateKey);
  return c.json({ access_token, ...TOKENS, refresh_token }, 200, headers());
});

/** Replies as the service sends them, from a route that does not have to find them. */
app.get("/reply/key-set", (c) => c.json(KEY_SET, 200, { ...headers(), ...CACHED }));
app.post("/reply/refusal", async (c) => {
  await c.req.json();
  createHmac("sha256", SALT).update(TOKEN_BODY).digest();
  const all = headers();
  return c.newResponse(JSON.stringify({ ...REFUSAL, request_id: all["x-request-id"] }), 401, {
    ...all,
    "content-type": "application/problem+json",
    "www-authenticate": "Bearer",
  });
});

app.get("/object", async (c) => c.json(await objectOf(c).write()));
app.get("/object/read", async (c) => c.json(await objectOf(c).read()));
app.get("/d1/read", async (c) => {
  const email = c.req.header("x-email") ?? "";
  const row = await c.env.DB.prepare("select * from users where email = ?").bind(email).first();
  return c.json({ ok: row !== null });
});
app.get("/d1/insert", async (c) => {
  const { meta } = await c.env.DB.prepare(
    "insert into users (id, email, password_hash, created_at) values (?, ?, ?, ?)",
  )
    .bind(crypto.randomUUID(), crypto.randomUUID(), "x".repeat(96), Date.now())
    .run();
  return c.json({ ok: meta.changes === 1 });
});
app.get("/kv", async (c) => c.json({ ok: (await c.env.KV.get("key", "json")) !== null }));

/** Called once before anything is measured. */
app.post("/prepare", async (c) => {
  await c.env.KV.put("key", JSON.stringify({ keys: [CLAIMS] }));
  return c.text(await signed((await material()).pair.privateKey));
});

export default app;

const objectOf = ({ req, env }: Context<{ Bindings: Env }>): DurableObjectStub<RowObject> =>
  env.OBJECTS.get(env.OBJECTS.idFromName(req.header("x-object") ?? "one"));

/** One call, one row written or read. */
export class RowObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec("create table if not exists counts (id integer primary key, n integer)");
    sql.exec("insert into counts values (1, 0) on conflict (id) do nothing");
  }

  async write(): Promise<{ ok: boolean }> {
    const { sql } = this.ctx.storage;
    sql.exec("insert into counts values (1, 1) on conflict (id) do update set n = n + 1");
    return done;
  }

  async read(): Promise<{ ok: boolean }> {
    const rows = this.ctx.storage.sql.exec("select n from counts where id = ?", 1).toArray();
    return { ok: rows.length === 1 };
  }
}

/** What a caller reaches over a service binding. */
export class BareRpc extends WorkerEntrypoint<Env> {
  async ping(): Promise<{ ok: boolean }> {
    return done;
  }

  async verify(token: string): Promise<{ ok: boolean; claims: unknown }> {
    const ok = await isGood(token);
    return { ok, claims: JSON.parse(atobUrl(token.split(".")[1] ?? "")) };
  }
}

type Material = { readonly pair: CryptoKeyPair };
let made: Promise<Material> | undefined;

/** On first use: a Worker may draw no random numbers before its first request. */
function material(): Promise<Material> {
  made ??= crypto.subtle
    .generateKey(ES256, true, ["sign", "verify"])
    .then((pair) => ({ pair: pair as CryptoKeyPair }));
  return made;
}

async function signed(key: CryptoKey): Promise<string> {
  const header = base64Url(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "bench" }));
  const input = `${header}.${base64Url(JSON.stringify(CLAIMS))}`;
  const signature = await crypto.subtle.sign(ES256, key, new TextEncoder().encode(input));
  return `${input}.${base64Url(String.fromCharCode(...new Uint8Array(signature)))}`;
}

async function isGood(token: string): Promise<boolean> {
  const end = token.lastIndexOf(".");
  const signature = Uint8Array.from(atobUrl(token.slice(end + 1)), (c) => c.charCodeAt(0));
  const input = new TextEncoder().encode(token.slice(0, end));
  return crypto.subtle.verify(ES256, (await material()).pair.publicKey, signature, input);
}

const bearer = (request: Request): string =>
  request.headers.get("authorization")?.slice("Bearer ".length) ?? "";

const base64Url = (text: string): string =>
  btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const atobUrl = (text: string): string => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
