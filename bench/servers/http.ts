import { randomBytes } from "node:crypto";
import type { Actor, Exchange, Reply } from "../measure/load.ts";

export const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Exchange => ({
  method: "POST",
  path,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

export const form = (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Exchange => ({
  method: "POST",
  path,
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  body: `${new URLSearchParams(fields)}`,
});

export const get = (path: string, headers: Record<string, string> = {}): Exchange => ({
  method: "GET",
  path,
  headers,
});

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** RFC 6749, section 2.3.1. */
export const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});

/** Sends one request outside the measurement. */
async function send(origin: string, { path, ...init }: Exchange): Promise<Reply> {
  const response = await fetch(new URL(path, origin), { ...init, redirect: "manual" });
  const cookies = { "set-cookie": response.headers.getSetCookie() };
  const headers = { ...Object.fromEntries(response.headers), ...cookies };
  return { status: response.status, body: await response.text(), headers };
}

/** @throws Error unless the reply has that status, and holds that text */
export async function expect(
  status: number,
  origin: string,
  exchange: Exchange,
  holds = "",
): Promise<Reply> {
  const reply = await send(origin, exchange);
  if (reply.status === status && reply.body.includes(holds)) return reply;
  const { method, path } = exchange;
  const wanted = `${status} ${holds}`.trim();
  throw new Error(
    `${method} ${path}: ${reply.status} instead of ${wanted}: ${reply.body.slice(0, 300)}`,
  );
}

/** None, one, or several that repeat. */
export const headersOf = ({ headers }: Reply, name: string): string[] =>
  Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? value : []));

/** Requests that lead to one another: each is answered before the next is asked for. */
export type Flow<T> = Generator<Exchange, T, Reply>;

/** @returns what asks as a browser does that keeps cookies; it throws for another status or body */
export function browser(always: Record<string, string> = {}) {
  const cookies = new Map<string, string>();
  return function* ask(exchange: Exchange, status: number, holds = ""): Flow<Reply> {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { ...exchange.headers, ...always, ...(cookie === "" ? {} : { cookie }) };
    const reply = yield { ...exchange, headers };
    for (const line of headersOf(reply, "set-cookie")) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    if (reply.status === status && reply.body.includes(holds)) return reply;
    throw new Error(`${exchange.path}: ${reply.status} ${reply.body.slice(0, 300)}`);
  };
}

/** Outside the measurement. */
export async function walk<T>(origin: string, flow: Flow<T>): Promise<T> {
  let step = flow.next();
  while (!step.done) step = flow.next(await send(origin, step.value));
  return step.value;
}

/** A flow over and over, anew each time; its last request ends the operation. */
export function walking(flow: () => Flow<unknown>): Actor {
  let [current, exchange]: [Flow<unknown>, Exchange | null] = [flow(), null];
  return {
    next: () => {
      exchange ??= current.next().value as Exchange;
      return exchange;
    },
    judge: (reply) => {
      try {
        const { done, value } = current.next(reply);
        exchange = done ? null : (value as Exchange);
        if (!done) return "more";
        current = flow();
        return "done";
      } catch {
        return "unexpected";
      }
    },
  };
}

/** A new request each time, and what its reply must hold. */
export const anew = (next: () => Exchange, status: number, holds = ""): Actor => ({
  next,
  judge: (reply) => (reply.status === status && reply.body.includes(holds) ? "done" : "unexpected"),
});

/** The same request again and again. */
export const repeat = (exchange: Exchange, status: number, holds = ""): Actor =>
  anew(() => exchange, status, holds);

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** One after the other. */
export async function inTurn<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make(made.length));
  return made;
}

export const stranger = (): string => `${randomBytes(12).toString("hex")}@example.com`;
