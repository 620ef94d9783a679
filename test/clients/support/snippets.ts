import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

const DOCUMENTS = [
  "docs/clients.md",
  "packages/client/README.md",
  "examples/express/README.md",
  "examples/fetch-handler/README.md",
];

/** Below node_modules, so that a snippet finds the packages, and nobody takes it for source. */
const WRITTEN = join(import.meta.dirname, "../node_modules/.snippets");

/** The names that stand in the documents, and what takes their place. */
export type Origins = Readonly<{ issuer: string; orders?: string }>;

const ORDERS = "https://orders.example.com";

const MARKED = /^```(\w+) run=(\S+)\n(.*?)^```$/gms;

/** Every marked block of the documents, by its name. A name used twice is a mistake there. */
function blocks(): ReadonlyMap<string, string> {
  const texts = DOCUMENTS.map((name) => readFileSync(join(ROOT, name), "utf8"));
  const found = texts.flatMap((text) => [...text.matchAll(MARKED)]);
  const named = new Map(found.map(([, , name = "", code = ""]) => [name, code]));
  if (named.size !== found.length) throw new Error("two snippets have one name");
  return named;
}

export const snippetNames = (): string[] => [...blocks().keys()];

/** A snippet as it stands in its document, for the service at hand. */
export function snippet(name: string, { issuer, orders = ORDERS }: Origins): string {
  const code = blocks().get(name);
  if (code === undefined) throw new Error(`no document has a snippet named ${name}`);
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
