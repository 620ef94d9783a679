import { expect } from "vitest";
import { call, type Options, type Reply } from "./client.ts";
import { harmless, type Route } from "./matrix.ts";
import { expectWellFormed } from "./replies.ts";

/** Milliseconds after which a request hangs. */
const PATIENCE = 15_000;

/** Asks, and fails for a reply that nobody should get, or for none. */
export async function ask(method: string, path: string, options: Options): Promise<Reply> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${method} ${path} hangs`)), PATIENCE);
  });
  const reply = await Promise.race([call(method, path, options), late]);
  clearTimeout(timer);
  expectWellFormed(reply);
  return reply;
}

/** Refused as a whole, or, where one is given, for a field that is named. */
export function expectInvalid(reply: Reply, field = ""): void {
  expect([reply.status, reply.body.code]).toEqual([400, "invalid_request"]);
  const paths: string[] = reply.body.errors.map(({ path }: { path: string }) => path);
  const isNamed = paths.some((path) => path === field || path.startsWith(`${field}.`));
  expect({ field, isNamed, paths }).toEqual({ field, isNamed: true, paths });
  for (const { message } of reply.body.errors) expect(message).not.toMatch(WORDS_OF_THE_PARSER);
}

/** What a parser says to programmers, in messages that are for whoever filled in the field. */
const WORDS_OF_THE_PARSER = /invalid|expected|received|undefined|too (small|big)/i;

/** A path that leads to nothing, so that what is asked changes nothing. */
export const pathTo = (route: Route): string => harmless(route)[1].replace(/\?.*/, "");
