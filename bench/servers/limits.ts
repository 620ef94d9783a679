import type { Actor, Exchange } from "../measure/load.ts";
import { bearer, expect, get, post, repeat, times } from "./http.ts";
import {
  type Bundles,
  type Launch,
  type Operation,
  originOf,
  type Running,
  type Server,
} from "./server.ts";

const USERS = 1_000;
/** As long as a refresh token. */
const TOKEN = "x".repeat(114);
const READY = '"ok":true';

/** The bare Worker: what the runtime does at best, in the same run and by the same measure. */
export const limits: Server = {
  name: "limits",
  runtime: "workerd",
  launch: (_, bundles) => launch(bundles),
  operations: [
    part("empty route", get("/")),
    part("empty route, JSON body read", post("/", { refresh_token: TOKEN })),
    part(
      "refresh, bare",
      (index) => post("/refresh", { refresh_token: TOKEN }, { "x-object": `object-${index}` }),
      '"access_token"',
    ),
    part("key set, bare", get("/reply/key-set"), '"keys"'),
    part("refusal, bare", post("/reply/refusal", { refresh_token: TOKEN }), '"code"', 401),
    { ...part("scrypt by noble", get("/scrypt/noble")), isHash: true },
    { ...part("scrypt by node:crypto", get("/scrypt/native")), isHash: true },
    part("sign, WebCrypto", get("/sign/webcrypto"), "ey"),
    part("sign, jose", get("/sign/jose"), "ey"),
    verifying("verify, WebCrypto", "/verify/webcrypto"),
    verifying("verify, jose", "/verify/jose"),
    part("object call, one SQL write", (index) =>
      get("/object", { "x-object": `object-${index}` }),
    ),
    part("object call, one SQL read", (index) =>
      get("/object/read", { "x-object": `object-${index}` }),
    ),
    part("D1 indexed read", (index) => get("/d1/read", { "x-email": `user-${index}@example.com` })),
    part("D1 insert", get("/d1/insert")),
    part("KV read", get("/kv")),
    { ...part("RPC ping", get("/ping"), "ok"), target: "caller" },
    { ...verifying("RPC and verify", "/verify", "ok"), target: "caller" },
  ],
};

function part(
  name: string,
  exchange: Exchange | ((index: number) => Exchange),
  holds = READY,
  status = 200,
): Operation {
  const exchangeOf = typeof exchange === "function" ? exchange : () => exchange;
  const { method, path } = exchangeOf(0);
  return {
    ...described(name, `${method} ${path}`),
    actors: async (running, count) => {
      await prepare(running);
      return times(count, (index) => repeat(exchangeOf(index), status, holds));
    },
  };
}

function verifying(name: string, path: string, holds = READY): Operation {
  return {
    ...described(name, `GET ${path}`),
    actors: async (running, count): Promise<Actor[]> => {
      const token = await prepare(running);
      return times(count, () => repeat(get(path, bearer(token)), 200, holds));
    },
  };
}

function described(name: string, request: string) {
  return { name, request, kind: "part", storage: "" } as const;
}

/** @returns a token that the Worker's own key signed */
async function prepare(running: Running): Promise<string> {
  const { body } = await expect(200, originOf(running), post("/prepare", {}));
  return body;
}

const launch = (bundles: Bundles): Launch => ({
  workers: [
    {
      name: "limits",
      script: bundles.get("limits") ?? "",
      d1Databases: { DB: "limits" },
      kvNamespaces: { KV: "limits" },
      durableObjects: { OBJECTS: { className: "RowObject", useSQLite: true } },
    },
    {
      name: "caller",
      script: bundles.get("caller") ?? "",
      serviceBindings: { BARE: { name: "limits", entrypoint: "BareRpc" } },
    },
  ],
  seed: {
    DB: [
      "create table users (id text primary key, email text not null unique, password_hash text, created_at integer)",
      `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${USERS - 1})
     insert into users select 'id-' || i, 'user-' || i || '@example.com', hex(randomblob(48)), i from n`,
    ],
  },
});
