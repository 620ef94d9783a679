import type { EventType } from "../../src/domain/events/event.ts";
import { type Act, type Ledger, Violation } from "./ledger.ts";

const UNAVAILABLE = 503;

export type Ask = {
  readonly about: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** Refusals that are right, beside success. */
  readonly allowed?: readonly number[];
  /** It waits for stores that others can do without. */
  readonly needsCaches?: true;
  /** What is told of it, once it happened. */
  readonly events?: readonly EventType[];
};

type Reply = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what is found in it is what is judged
  readonly body: any;
  readonly headers: Headers;
};

/** Without a status nobody knows what came of it: the connection broke, or it was a 503. */
export type Answered = (Reply | { readonly status: null }) & { readonly act: Act };

/** Audit trails are nobody's to wait for, caches are some requests'. */
export type Failing = "nothing" | "caches" | "stores";

export type Service = {
  ask(ask: Ask): Promise<Answered>;
  /** While the runtime is being killed a connection may break. */
  mayBreak: boolean;
  /** While stores fail, 503 is an answer; while caches do, of who needs those. */
  fails: Failing;
  life: number;
};

/** Whatever is asked of the service goes through here, into the ledger, and is judged by its status. */
export function serviceAt(origin: () => string, ledger: Ledger, run: string): Service {
  let requests = 0;

  const service: Service = {
    mayBreak: false,
    fails: "nothing",
    life: 0,
    async ask(ask) {
      const id = `${run}-${++requests}`;
      const reply = await send(origin(), id, ask).catch((error: Error) => error);
      const act = ledger.write({ id, life: service.life, ...written(ask, reply) });
      const wrong = reply instanceof Error ? broke(reply, service) : wrongIn(reply, ask, service);
      if (wrong !== null) throw new Violation(ask.about, `${act.what} ${wrong}: ${id}`);
      const isUnknown = reply instanceof Error || reply.status === UNAVAILABLE;
      return isUnknown ? { status: null, act } : { ...reply, act };
    },
  };
  return service;
}

function written({ about, method, path, events = [] }: Ask, reply: Reply | Error) {
  const common = { what: `${method} ${path}`, about, events };
  if (reply instanceof Error) return { ...common, status: null, code: null, happened: null };
  const { status, body } = reply;
  const code: string | null = body?.code ?? null;
  if (status === UNAVAILABLE)
    return { ...common, status: null, code: code ?? "503", happened: null };
  return { ...common, status, code, happened: status < 400 };
}

const broke = (error: Error, { mayBreak }: Service): string | null =>
  mayBreak ? null : `broke off, though nothing was killed (${error})`;

/** What is wrong with a status, or null. */
function wrongIn({ status, body, headers }: Reply, ask: Ask, { fails }: Service): string | null {
  if (status < 400 || ask.allowed?.includes(status)) return null;
  if (status !== UNAVAILABLE) return `is ${status} ${body?.code}`;
  const isRight = fails === "stores" || (fails === "caches" && ask.needsCaches === true);
  if (!isRight) return "is 503, though nothing fails";
  return headers.get("retry-after") === null ? "is 503 without Retry-After" : null;
}

async function send(
  origin: string,
  id: string,
  { method, path, token, body }: Ask,
): Promise<Reply> {
  const headers = new Headers({ "content-type": "application/json", "x-request-id": id });
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
  const response = await fetch(`${origin}${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith("{") ? JSON.parse(text) : null,
  };
}
