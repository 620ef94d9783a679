import { repeatedKey } from "../../../src/api/wire/repeated-key.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { keysIn, valueIn } from "../support/json.ts";
import { assertEqual } from "../support/property.ts";

/** A key is repeated where the text has more of them than the value that it becomes. */
export const target: FuzzTarget = {
  seeds: [
    '{"a":1,"a":2}',
    '{"a":{"b":[{"c":":"},{"c":1}]},"\\u0061":""}',
    '{"__proto__":1,"":"\\""}',
  ],
  maxLength: 300,
  holds(input) {
    const value = valueIn(input);
    if (value === undefined) return String(typeof repeatedKey(input));
    const strings = input.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""');
    const written = strings.split(":").length - 1;
    assertEqual(repeatedKey(input) !== null, written > keysIn(value));
    return String(written > keysIn(value));
  },
};
