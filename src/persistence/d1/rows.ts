import * as z from "zod";
import { SYSTEM } from "../../domain/access/actor.ts";
import type { Result } from "../../domain/result.ts";
import type { Notice, Notify } from "../../use-cases/events/ports.ts";
import { Impossible } from "../../use-cases/outside.ts";

// How columns are read. Triggers refuse most wrong values, but not all kinds, and not in rows that
// were there before them: a row that was changed by hand may be unreadable, which the log then
// says.

/** Unix milliseconds that fit a Date, and a cursor; the triggers say the same. */
export const MAX_TIME = 999_999_999_999_999;

export const time = z.int().min(0).max(MAX_TIME);
export const version = z.int().min(1);
export const flag = z.literal([0, 1]).transform(Boolean);
export const status = z.enum(["active", "disabled"]);
/** A JSON array of texts, sorted. */
export const texts = z.string().transform((json, context): string[] => {
  const parsed = z.array(z.string()).safeParse(valueIn(json));
  if (parsed.success) return parsed.data.sort();
  context.addIssue({ code: "custom", message: "is no list of texts" });
  return z.NEVER;
});

function valueIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A text in the one spelling that the domain gives it. */
export const spelt = <T extends string>(parse: (input: string) => Result<T, string>) =>
  z.string().transform((input, context): T => {
    const parsed = parse(input);
    if (parsed.ok && parsed.value === input) return parsed.value;
    context.addIssue({ code: "custom", message: "is not as the domain makes it" });
    return z.NEVER;
  });

type Table = Extract<Notice, { event: "row_unreadable" }>["table"];

export type RowReader<T> = {
  /** @throws Impossible when one of the rows cannot be read */
  read(rows: unknown): T[];
  /** Those that can be read; of each of the others there is a notice. */
  readable(rows: unknown, table: Table, notify: Notify): T[];
};

/**
 * The one way to read rows as they come from D1. Those of a table carry their id and
 * `rowid as row_number`, so that the log can name them.
 *
 * @param code of the mistake that an unreadable row is, where it alone was asked for
 */
export function rowReader<T>(code: string, schema: z.ZodType<T>): RowReader<T> {
  return {
    read: (rows) =>
      rowsIn(rows).map((row) => {
        const parsed = schema.safeParse(row);
        if (parsed.success) return parsed.data;
        throw new Impossible(code, `${nameOf(row)} ${columnAtFault(parsed.error)}`);
      }),
    readable: (rows, table, notify) =>
      rowsIn(rows).flatMap((row) => {
        const parsed = schema.safeParse(row);
        if (parsed.success) return [parsed.data];
        const column = columnAtFault(parsed.error);
        notify({ event: "row_unreadable", actor: SYSTEM, table, row: nameOf(row), column });
        return [];
      }),
  };
}

const rowsIn = (rows: unknown) => z.array(z.record(z.string(), z.unknown())).parse(rows);

/**
 * The id, for the log; the row's number where the column holds anything else, perhaps an address.
 */
const nameOf = ({ id, row_number }: Readonly<Record<string, unknown>>): string =>
  typeof id === "string" && /^(?:(?:[a-z]{3}_)?[\w-]{22}|[\w-]{43})$/.test(id)
    ? id
    : `rowid ${row_number}`;

const columnAtFault = ({ issues }: z.ZodError): string =>
  String(issues[0]?.path[0]).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
