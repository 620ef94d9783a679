import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DOCUMENT = join(import.meta.dirname, "../../../docs/clients.md");

/** Below node_modules, so that a snippet finds the packages, and nobody takes it for source. */
const WRITTEN = join(import.meta.dirname, "../node_modules/.snippets");

/** The names that stand in the document, and what takes their place. */
export type Origins = Readonly<{ issuer: string; orders?: string }>;

const ORDERS = "https://orders.example.com";

const MARKED = /^```(\w+) run=(\S+)\n(.*?)^```$/gms;

/** Every marked block of the document, by its name. A name used twice is a mistake there. */
function blocks(): ReadonlyMap<string, string> {
  const found = [...readFileSync(DOCUMENT, "utf8").matchAll(MARKED)];
  const named = new Map(found.map(([, , name = "", code = ""]) => [name, code]));
  if (named.size !== found.length) throw new Error("two snippets have one name");
  return named;
}

export const snippetNames = (): string[] => [...blocks().keys()];

/** A snippet as it stands in the document, for the service at hand. */
export function snippet(name: string, { issuer, orders = ORDERS }: Origins): string {
  const code = blocks().get(name);
  if (code === undefined) throw new Error(`docs/clients.md has no snippet named ${name}`);
  return code.replaceAll("https://auth.example.com", issuer).replaceAll(ORDERS, orders);
}

let written = 0;

/** Loads a JavaScript snippet as a module of its own, anew with each call. */
export async function load<Exports>(name: string, origins: Origins): Promise<Exports> {
  mkdirSync(WRITTEN, { recursive: true });
  const file = join(WRITTEN, `${name}-${process.pid}-${written++}.mjs`);
  writeFileSync(file, snippet(name, origins));
  try {
    return await import(/* @vite-ignore */ file);
  } finally {
    rmSync(file);
  }
}
