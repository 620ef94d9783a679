import { parsePermission } from "../../../src/domain/access/permission.ts";
import { parseRoleName } from "../../../src/domain/access/role-name.ts";
import { parseEventId } from "../../../src/domain/events/event.ts";
import {
  parseFactorId,
  parseServiceAccountId,
  parseSessionId,
  parseUserId,
} from "../../../src/domain/ids.ts";
import type { Result } from "../../../src/domain/result.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

type Parser = (input: string) => Result<string, string>;
const PARSERS: readonly Parser[] = [
  ...[parseUserId, parseServiceAccountId, parseSessionId, parseEventId, parseFactorId],
];
const WORDS: readonly Parser[] = [parsePermission, parseRoleName];
const RANDOM = "AbCdEfGhIjKlMnOpQrSt_w";

/** A text is taken as it is, and an id is of one kind and the one spelling of its bytes. */
export const target: FuzzTarget = {
  seeds: [
    ..."usr svc ses evt fac".split(" ").map((kind) => `${kind}_${RANDOM}`),
    "a:b",
    "*",
    "user",
  ],
  maxLength: 150,
  holds(input) {
    const [ids, words] = [PARSERS, WORDS].map((parsers) =>
      parsers.filter((parse) => {
        const parsed = parse(input);
        if (parsed.ok) assertEqual(parsed.value, input);
        return parsed.ok;
      }),
    );
    assert((ids?.length ?? 0) <= 1, "of two kinds");
    if (ids?.length === 1) {
      const random = input.slice(4);
      assertEqual(Buffer.from(random, "base64url").toString("base64url"), random);
    }
    return [...(ids ?? []), ...(words ?? [])].map(({ name }) => name).join() || "none";
  },
};
