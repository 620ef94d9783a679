import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";

/*
 * So much of Cloudflare's API as a deployment asks of it, so that the real wrangler is what the
 * deployment runs. What it answers was read in wrangler's source; that Cloudflare answers so, no
 * test here can show.
 */

type Answer = { readonly status?: number; readonly result?: unknown; readonly error?: ApiError };
type ApiError = { readonly code: number; readonly message: string };

export type CloudflareApi = {
  /** For `CLOUDFLARE_API_BASE_URL`. */
  readonly base: string;
  readonly databases: ReadonlyMap<string, DatabaseSync>;
  /** By title. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly queues: ReadonlySet<string>;
  readonly workers: ReadonlyMap<string, Worker>;
  /** Requests that change something, as `PUT /path`. */
  readonly changes: string[];
  /** Requests that nobody foresaw. */
  readonly unknown: string[];
  /** The next upload of a Worker fails, as one that breaks off. */
  failNextUpload(): void;
  stop(): Promise<void>;
};

type Worker = {
  readonly secrets: Map<string, string>;
  /** Which share the requests. */
  versions: readonly { readonly version_id: string; readonly percentage: number }[];
  /** Bindings of the last upload; none of a draft. */
  bindings: readonly Binding[];
};

type Binding = { readonly name: string; readonly type: string; readonly id?: string | undefined };

const NOT_FOUND = (code: number, message: string): Answer => ({
  status: 404,
  error: { code, message },
});

const NO_SUBDOMAIN = { enabled: false, previews_enabled: false };

const named = z.object({ name: z.string() });
const titled = z.object({ title: z.string() });
const queueNamed = z.object({ queue_name: z.string() });
const secretOf = z.object({ name: z.string(), text: z.string() });
const sqlOf = z.object({ sql: z.string(), params: z.array(z.string()).optional() });
const uploaded = z.object({
  bindings: z.array(z.object({ name: z.string(), type: z.string(), id: z.string().optional() })),
});

export async function startCloudflareApi(): Promise<CloudflareApi> {
  const databases = new Map<string, DatabaseSync>();
  const namespaces = new Map<string, string>();
  const queues = new Set<string>();
  const workers = new Map<string, Worker>();
  const changes: string[] = [];
  const unknown: string[] = [];
  let uploadFails = false;

  const database = (name: string) => ({ uuid: uuidOf(name), name, version: "production" });
  const byUuid = (uuid: string) =>
    [...databases].find(([name]) => uuidOf(name) === uuid || name === uuid);

  const routes: [RegExp, (request: Asked) => Answer | Promise<Answer>][] = [
    [/^GET \/user$/, () => ({ result: { email: "ops@herons.dev" } })],
    [/^GET \/user\/tokens\/verify$/, () => ({ result: { id: "token", status: "active" } })],
    [/^GET \/accounts$/, () => ({ result: [{ id: "account", name: "herons" }] })],
    [/^GET \/memberships$/, () => ({ result: [] })],
    [
      /^GET \/d1\/database$/,
      ({ query }) => ({
        result: isFirst(query) ? [...databases.keys()].map(database) : [],
      }),
    ],
    [
      /^POST \/d1\/database$/,
      ({ json }) => {
        const { name } = named.parse(json);
        databases.set(name, new DatabaseSync(":memory:"));
        return { result: database(name) };
      },
    ],
    [
      /^GET \/d1\/database\/([^/]+)$/,
      ({ match }) => {
        const found = byUuid(match);
        return found ? { result: database(found[0]) } : NOT_FOUND(7404, "no such database");
      },
    ],
    [
      /^POST \/d1\/database\/([^/]+)\/query$/,
      ({ match, json }) => {
        const sqlite = byUuid(match)?.[1];
        if (sqlite === undefined) return NOT_FOUND(7404, "no such database");
        return { result: ran(sqlite, sqlOf.parse(json)) };
      },
    ],
    [
      /^GET \/storage\/kv\/namespaces$/,
      ({ query }) => ({
        result: isFirst(query) ? [...namespaces].map(([title, id]) => ({ title, id })) : [],
      }),
    ],
    [
      /^POST \/storage\/kv\/namespaces$/,
      ({ json }) => {
        const { title } = titled.parse(json);
        if (namespaces.has(title)) {
          return { status: 400, error: { code: 10014, message: "a namespace has that title" } };
        }
        namespaces.set(title, uuidOf(title).replaceAll("-", ""));
        return { result: { id: namespaces.get(title), title } };
      },
    ],
    [
      /^GET \/queues$/,
      ({ query }) => ({
        result: [...queues]
          .filter((name) => !query.has("name") || query.getAll("name").includes(name))
          .map(queueOf),
      }),
    ],
    [
      /^POST \/queues$/,
      ({ json }) => {
        const { queue_name } = queueNamed.parse(json);
        queues.add(queue_name);
        return { result: queueOf(queue_name) };
      },
    ],
    [/^(?:GET|POST|PUT) \/queues\/[^/]+\/consumers(?:\/.*)?$/, () => ({ result: [] })],
    [
      /^GET \/workers\/scripts\/([^/]+)\/secrets$/,
      ({ match }) => {
        const worker = workers.get(match);
        if (worker === undefined) return NOT_FOUND(10007, "This Worker does not exist.");
        return {
          result: [...worker.secrets.keys()].map((name) => ({ name, type: "secret_text" })),
        };
      },
    ],
    [
      /^PUT \/workers\/scripts\/([^/]+)\/secrets$/,
      ({ match, json }) => {
        const worker = workers.get(match);
        if (worker === undefined) return NOT_FOUND(10007, "This Worker does not exist.");
        const { name, text } = secretOf.parse(json);
        worker.secrets.set(name, text);
        return { result: { name, type: "secret_text" } };
      },
    ],
    [
      /^GET \/workers\/services\/([^/]+)$/,
      ({ match }) =>
        workers.has(match)
          ? { result: { default_environment: { script: { last_deployed_from: "wrangler" } } } }
          : NOT_FOUND(10090, "This Worker does not exist."),
    ],
    [
      /^GET \/workers\/scripts\/([^/]+)\/settings$/,
      ({ match }) => {
        const worker = workers.get(match);
        return worker ? { result: { bindings: worker.bindings } } : NOT_FOUND(10007, "none");
      },
    ],
    [
      /^GET \/workers\/scripts\/([^/]+)\/deployments$/,
      ({ match }) => {
        const worker = workers.get(match);
        if (worker === undefined) return NOT_FOUND(10007, "This Worker does not exist.");
        return { result: { deployments: [{ versions: worker.versions }] } };
      },
    ],
    [/^PATCH \/workers\/scripts\/[^/]+\/script-settings$/, () => ({})],
    [/^GET \/workers\/workers\/[^/]+$/, () => ({ result: { subdomain: NO_SUBDOMAIN } })],
    [/^POST \/workers\/scripts\/[^/]+\/subdomain$/, () => ({ result: NO_SUBDOMAIN })],
    [
      /^POST \/workers\/scripts\/[^/]+\/domains\/changeset$/,
      () => ({ result: { added: [], removed: [], updated: [], conflicting: [] } }),
    ],
    [/^PUT \/workers\/scripts\/[^/]+\/domains\/records$/, () => ({ result: [] })],
    [/^PUT \/workers\/scripts\/[^/]+\/schedules$/, () => ({ result: { schedules: [] } })],
    [
      /^POST \/workers\/scripts\/[^/]+\/assets-upload-session$/,
      () => ({ result: { jwt: "assets", buckets: [] } }),
    ],
    [
      /^PUT \/workers\/scripts\/([^/]+)$/,
      async ({ match, form }) => {
        const { bindings } = uploaded.parse(JSON.parse(String((await form()).get("metadata"))));
        if (uploadFails && bindings.length > 0) {
          uploadFails = false;
          return { status: 400, error: { code: 10000, message: "the upload broke off" } };
        }
        const secrets = workers.get(match)?.secrets ?? new Map();
        const version = randomUUID();
        const versions = [{ version_id: version, percentage: 100 }];
        workers.set(match, { secrets, bindings, versions });
        return { result: { id: match, deployment_id: version.replaceAll("-", "") } };
      },
    ],
  ];

  async function answer(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.replace(/^\/accounts\/account(?=\/)/, "");
    const line = `${request.method} ${path}`;
    if (request.method !== "GET" && !line.endsWith("/query")) changes.push(line);
    for (const [pattern, handle] of routes) {
      const found = pattern.exec(line);
      if (found === null) continue;
      const match = decodeURIComponent(found[1] ?? "");
      return handle({
        match,
        query: url.searchParams,
        json: jsonOf(body),
        form: () => formOf(request, body),
      });
    }
    unknown.push(line);
    return NOT_FOUND(7003, `nobody foresaw ${line}`);
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      const {
        status = 200,
        result = null,
        error,
      } = await answer(request, Buffer.concat(parts)).catch(
        (cause): Answer => ({ status: 500, error: { code: 1, message: String(cause) } }),
      );
      const errors = error === undefined ? [] : [error];
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ success: errors.length === 0, errors, messages: [], result }));
    });
  });
  const port = await listening(server);
  return {
    base: `http://localhost:${port}`,
    databases,
    namespaces,
    queues,
    workers,
    changes,
    unknown,
    failNextUpload() {
      uploadFails = true;
    },
    stop: () => new Promise((stopped) => server.close(() => stopped())),
  };
}

/** Wrangler asks for pages until one is empty. */
const isFirst = (query: URLSearchParams): boolean => (query.get("page") ?? "1") === "1";

type Asked = {
  readonly match: string;
  readonly query: URLSearchParams;
  readonly json: unknown;
  form(): Promise<FormData>;
};

const uuidOf = (name: string): string => {
  const hex = Buffer.from(name).toString("hex").padEnd(32, "0").slice(-32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const queueOf = (name: string) => ({
  queue_id: name,
  queue_name: name,
  producers_total_count: 0,
  consumers_total_count: 0,
  producers: [],
  consumers: [],
});

function ran(sqlite: DatabaseSync, { sql, params = [] }: z.output<typeof sqlOf>) {
  const isRead = /^\s*select/i.test(sql);
  const results = isRead ? sqlite.prepare(sql).all(...params) : [];
  if (!isRead) sqlite.exec(sql);
  return [{ results, success: true, meta: { duration: 0 } }];
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

const formOf = (request: IncomingMessage, body: Buffer): Promise<FormData> =>
  new Response(new Uint8Array(body), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();

const listening = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.listen(0, "localhost", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
      else reject(new Error("no port"));
    });
  });
