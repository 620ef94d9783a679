import { parse } from "csv-parse/sync";
import * as z from "zod";
import { fromAuth0 } from "./auth0.ts";
import { fromCognito } from "./cognito.ts";
import type { Conversion } from "./conversion.ts";
import { fromFirebase, parseHashConfig } from "./firebase.ts";
import { fromKeycloak } from "./keycloak.ts";
import { fromSupabase } from "./supabase.ts";

export const PRODUCTS = ["auth0", "firebase", "supabase", "keycloak", "cognito"] as const;
export type Product = (typeof PRODUCTS)[number];

/** @property hashConfig Firebase's parameters, as its console shows them */
export type ExportFile = {
  readonly product: Product;
  readonly text: string;
  readonly hashConfig: string | null;
};

/** Its message quotes nothing of the file. */
export class UnreadableExport extends Error {}

const array = z.array(z.unknown());
const withUsers = z.object({ users: array });

/**
 * Each user of an export, in order.
 *
 * @param now Unix milliseconds
 * @throws where the file as a whole is not of the product's form
 */
export function convertExport(file: ExportFile, now: number): Conversion[] {
  const { product, text } = file;
  switch (product) {
    case "auth0":
      return each(isArray(text) ? jsonArray(text) : jsonLines(text), fromAuth0);
    case "firebase": {
      const config = parseHashConfig(file.hashConfig ?? "");
      if (config === null)
        throw new UnreadableExport("--hash-config names no file of a hash_config");
      return each(withUsers.parse(JSON.parse(text)).users, (user) => fromFirebase(user, config));
    }
    case "supabase":
      return each(isArray(text) ? jsonArray(text) : csvRows(text), (row) => fromSupabase(row, now));
    case "keycloak":
      return each(withUsers.parse(JSON.parse(text)).users, fromKeycloak);
    case "cognito":
      return each(csvRows(text), fromCognito);
  }
}

const isArray = (text: string): boolean => text.trimStart().startsWith("[");
const jsonArray = (text: string): unknown[] => array.parse(JSON.parse(text));
const jsonLines = (text: string): unknown[] =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line));
const csvRows = (text: string): unknown[] =>
  array.parse(parse(text, { columns: true, bom: true, skip_empty_lines: true }));

/** One user that cannot be read does not keep the others back. */
const each = (users: readonly unknown[], convert: (user: unknown) => Conversion): Conversion[] =>
  users.map((user) => {
    try {
      return convert(user);
    } catch (error) {
      const fields =
        error instanceof z.ZodError ? error.issues.map(({ path }) => path.join(".")) : [];
      return {
        line: null,
        note: `left out: it cannot be read (${fields.join(", ") || "a field"})`,
      };
    }
  });
