import * as z from "zod";
import { SYSTEM } from "../../domain/access/actor.ts";
import type { Result } from "../../domain/result.ts";
import type { Notice, Notify } from "../../use-cases/events/ports.ts";
import { Impossible } from "../../use-cases/outside.ts";

// What a row is read by. The triggers refuse most of what is no such thing, but not in rows that
// were there before them, and not all of it: whoever wrote a row by hand must hear of it.

/** Unix milliseconds that fit a Date, and a cursor; the triggers say the same. */
export const MAX_TIME = 999_999_999_999_999;

export const time = z.int().min(0).max(MAX_TIME);
export const version = z.int().min(1);
export const flag = z.literal([0, 1]).transform(Boolean);
export const status = z.enum(["active", "disabled"]);
/** A JSON array of texts, sorted. */
export const texts = z.string().transform((json, context): string[] => {
  const parsed = arrayIn(json);
  if (parsed !== null) return parsed.map(String).sort();
  context.addIssue({ code: "custom", message: "is no list" });
  return z.NEVER;
});

function arrayIn(json: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** A text that the domain makes, spelt as it makes it. */
export const spelt = <T extends string>(parse: (input: string) => Result<T, string>) =>
  z.string().transform((input, context): T => {
    const parsed = parse(input);
    if (parsed.ok && parsed.value === input) return parsed.value;
    context.addIssue({ code: "custom", message: "is not as the domain makes it" });
    return z.NEVER;
  });

type Table = Extract<Notice, { event: "row_unreadable" }>["table"];

const named = z.looseObject({ id: z.unknown(), row_number: z.int() });
type Named = z.output<typeof named>;

/** Rows as they come from D1; they carry `rowid as row_number`. */
export const rowsOf = (results: unknown): Named[] => z.array(named).parse(results);

export type RowReader<T> = {
  /** @throws Impossible when the row cannot be read */
  read(row: Named): T;
  /** @returns null, after a notice, when the row cannot be read */
  readOrTell(row: Named, notify: Notify): T | null;
};

/** @param code of the mistake that such a row is, where it alone was asked for */
export function rowReader<T>(table: Table, code: string, schema: z.ZodType<T>): RowReader<T> {
  return {
    read(row) {
      const parsed = schema.safeParse(row);
      if (parsed.success) return parsed.data;
      throw new Impossible(code, `${nameOf(row)} ${columnAtFault(parsed.error)}`);
    },
    readOrTell(row, notify) {
      const parsed = schema.safeParse(row);
      if (parsed.success) return parsed.data;
      const column = columnAtFault(parsed.error);
      notify({ event: "row_unreadable", actor: SYSTEM, table, row: nameOf(row), column });
      return null;
    },
  };
}

/** An id goes into the log; what stands in its place by hand may be anything, an address too. */
const nameOf = ({ id, row_number }: Named): string =>
  typeof id === "string" && /^(?:(?:[a-z]{3}_)?[\w-]{22}|[\w-]{43})$/.test(id)
    ? id
    : `rowid ${row_number}`;

const columnAtFault = ({ issues }: z.ZodError): string =>
  String(issues[0]?.path[0]).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
