import { questionFields, readOptions, wireOptions } from "../../../src/client/options.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { valueIn } from "../support/json.ts";
import { assert, assertEqual } from "../support/property.ts";

/** Options are read, and read again as the same, or refused by a TypeError that says which. */
export const target: FuzzTarget = {
  seeds: [
    { audience: "a", permissions: ["users:read"], maxStaleness: 5 },
    { maxStaleness: "offline", permission: "*" },
    { permissions: ["x"], maxStaleness: -1 },
  ].map((options) => JSON.stringify(options)),
  maxLength: 300,
  holds(input) {
    const value = valueIn(input);
    const read = (given: unknown) => readOptions("Owner", given, questionFields(0));
    try {
      const options = read(value);
      assertEqual(read({ ...options }), options);
      return Object.keys(wireOptions("Owner", options)).join();
    } catch (error) {
      assert(error instanceof TypeError && error.message.startsWith("Owner"), `threw ${error}`);
      return "refused";
    }
  },
};
