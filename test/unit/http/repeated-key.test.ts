import { expect, it } from "vitest";
import { repeatedKey } from "../../../src/api/wire/repeated-key.ts";

it.each([
  ['{"a":1,"a":2}', "a"],
  ['{"a":1,"b":{"c":[0,{"d":1,"d":1}]}}', "b.c.1.d"],
  ['{"email":1,"\\u0065mail":2}', "email"],
  ['{"":1,"":2}', ""],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a\\"":1,"a\\u0022":2}', 'a"'],
])("API-01 %s names a key twice", (json, path) => {
  expect(repeatedKey(json)).toBe(path);
});

it.each([
  '{"a":{"a":{"a":1}},"b":{"a":1}}',
  '[{"a":1},{"a":2}]',
  '{"a":"a","b":"\\"a\\":1,\\"a\\":2"}',
  '{"a":"\\\\","b":{"c":":"}}',
  '["a","a"]',
  "null",
])("%s names none twice", (json) => {
  expect(repeatedKey(json)).toBeNull();
});
