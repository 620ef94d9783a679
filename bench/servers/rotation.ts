import type { Actor, Exchange, Reply } from "../measure/load.ts";
import { expect } from "./http.ts";

export type Tokens = { readonly access_token: string; readonly refresh_token: string };

/**
 * What every server's refresh is judged by: 200, an access token, and a refresh token that is not
 * the one presented.
 *
 * @returns null for a reply that is no rotation
 */
export function successorOf({ status, body }: Reply, presented: string): Tokens | null {
  if (status !== 200) return null;
  const { access_token, refresh_token } = fieldsOf(body);
  if (!isToken(access_token) || !isToken(refresh_token)) return null;
  return refresh_token === presented ? null : { access_token, refresh_token };
}

const isToken = (value: unknown): value is string => typeof value === "string" && value !== "";

function fieldsOf(body: string): Partial<Record<keyof Tokens, unknown>> {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

/**
 * A client that refreshes and keeps the successor.
 *
 * @param first a token of each of its sessions; the one that has waited longest comes next
 * @param isRight what this server's successors must be besides
 */
export function rotation(
  exchangeOf: (token: string) => Exchange,
  first: readonly string[],
  isRight: (successor: Tokens) => boolean = () => true,
): Actor {
  const waiting = [...first];
  let presented = "";
  return {
    next: () => {
      presented = waiting.shift() ?? "";
      return exchangeOf(presented);
    },
    judge: (reply) => {
      const successor = successorOf(reply, presented);
      if (successor === null || !isRight(successor)) return "unexpected";
      waiting.push(successor.refresh_token);
      return "done";
    },
  };
}

/**
 * Makes a token two generations old, which no grace for lost replies covers.
 *
 * @returns the newest one
 */
export async function rotatedTwice(
  origin: string,
  exchangeOf: (token: string) => Exchange,
  oldest: string,
): Promise<string> {
  let token = oldest;
  for (let i = 0; i < 2; i++) {
    const successor = successorOf(await expect(200, origin, exchangeOf(token)), token);
    if (successor === null) throw new Error("a refresh that does not rotate");
    token = successor.refresh_token;
  }
  return token;
}
