import * as z from "zod";
import { fromBase64Url, toBase64Url, utf8 } from "../../core/security/encoding.ts";
import type { Result } from "../../domain/result.ts";

/**
 * Where a page of a list ended. Opaque to clients; it grants nothing and names only a place.
 *
 * @property at Unix milliseconds
 */
export type Place<Id extends string> = { readonly at: number; readonly id: Id };

const MAX_LENGTH = 100;

export const formatCursor = ({ at, id }: Place<string>): string => toBase64Url(utf8(`${at} ${id}`));

/** Only the one spelling of a place is accepted. */
export const cursorOf = <Id extends string>(parseId: (input: unknown) => Result<Id, string>) =>
  z
    .string()
    .max(MAX_LENGTH)
    .meta({ description: "The `next_cursor` of the page before." })
    .transform((text, context): Place<Id> => {
      const bytes = fromBase64Url(text);
      const [at = "", name] = new TextDecoder().decode(bytes ?? new Uint8Array()).split(" ");
      const id = parseId(name);
      if (id.ok && /^[0-9]{1,15}$/.test(at)) {
        const place = { at: Number(at), id: id.value };
        if (formatCursor(place) === text) return place;
      }
      context.addIssue({ code: "custom", message: "must be a next_cursor of this list" });
      return z.NEVER;
    });
