import type { Actor, Exchange, Reply } from "../measure/load.ts";

const JSON_TYPE = { "content-type": "application/json" };

export const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Exchange => ({
  method: "POST",
  path,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});

export const get = (path: string, headers: Record<string, string> = {}): Exchange => ({
  method: "GET",
  path,
  headers,
});

export const bearer = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});

/** Sends one request outside the measurement. */
export async function send(origin: string, { path, ...init }: Exchange): Promise<Reply> {
  const response = await fetch(new URL(path, origin), { ...init, redirect: "manual" });
  const headers: Record<string, string> = Object.fromEntries(response.headers);
  return { status: response.status, body: await response.text(), headers };
}

/** @throws Error unless the reply has that status */
export async function expect(status: number, origin: string, exchange: Exchange): Promise<Reply> {
  const reply = await send(origin, exchange);
  if (reply.status === status) return reply;
  const { method, path } = exchange;
  throw new Error(
    `${method} ${path}: ${reply.status} instead of ${status}: ${reply.body.slice(0, 300)}`,
  );
}

/** The same request again and again, and what its reply must hold. */
export const repeat = (exchange: Exchange, status: number, holds = ""): Actor => ({
  next: () => exchange,
  judge: (reply) => (reply.status === status && reply.body.includes(holds) ? "done" : "unexpected"),
});

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
