import { cursorOf, formatCursor } from "../../../src/api/wire/cursor.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assertEqual } from "../support/property.ts";

const schema = cursorOf(parseUserId);

/** Both a cursor and what one is made of: a place has one spelling. */
export const target: FuzzTarget = {
  seeds: [
    formatCursor({ at: 1_767_225_600_000, id: "usr_AAAAAAAAAAAAAAAAAAAAAA" }),
    "1767225600000 usr_AAAAAAAAAAAAAAAAAAAAAA",
  ],
  maxLength: 120,
  holds(input) {
    const texts = [input, Buffer.from(input, "utf8").toString("base64url")];
    return texts
      .map((text) => {
        const parsed = schema.safeParse(text);
        if (parsed.success) assertEqual(formatCursor(parsed.data), text);
        return parsed.success;
      })
      .join();
  },
};
