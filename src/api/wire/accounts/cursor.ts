import * as z from "zod";
import { fromBase64Url, toBase64Url, utf8 } from "../../../core/security/encoding.ts";
import { parseUserId, type UserId } from "../../../domain/ids.ts";

/** Where a page of users ended. Opaque to clients; it grants nothing and names only a place. */
export type UserCursor = { readonly createdAt: number; readonly id: UserId };

const MAX_LENGTH = 100;

export function formatUserCursor({ createdAt, id }: UserCursor): string {
  return toBase64Url(utf8(`${createdAt} ${id}`));
}

export const userCursor = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, context): UserCursor => {
    const bytes = fromBase64Url(text);
    const [createdAt = "", name] = new TextDecoder().decode(bytes ?? new Uint8Array()).split(" ");
    const id = parseUserId(name);
    if (id.ok && /^[0-9]{1,15}$/.test(createdAt)) {
      const cursor = { createdAt: Number(createdAt), id: id.value };
      // Only the one spelling of a place is accepted.
      if (formatUserCursor(cursor) === text) return cursor;
    }
    context.addIssue({ code: "custom", message: "must be a next_cursor of this list" });
    return z.NEVER;
  });
