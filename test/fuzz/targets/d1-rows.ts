import * as z from "zod";
import { parseEmail } from "../../../src/domain/accounts/email.ts";
import { parseUserId } from "../../../src/domain/ids.ts";
import {
  flag,
  rowReader,
  spelt,
  status,
  texts,
  time,
  version,
} from "../../../src/persistence/d1/rows.ts";
import { Impossible } from "../../../src/use-cases/outside.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { valueIn } from "../support/json.ts";
import { assert, assertEqual } from "../support/property.ts";

const fields = { id: spelt(parseUserId), email: spelt(parseEmail), flag, version, time, status };
const reader = rowReader<{ roles: string[] }>("fuzzed", z.object({ ...fields, roles: texts }));

const row = {
  ...{ id: "usr_AAAAAAAAAAAAAAAAAAAAAA", email: "a@b.cd", flag: 1, version: 1, time: 0 },
  ...{ status: "active", roles: '["user","admin"]', row_number: 1 },
};

/** Whatever the columns of a row hold, it is read or named: a list goes on without it. */
export const target: FuzzTarget = {
  seeds: [
    row,
    { ...row, roles: '[{"toString":1}]' },
    { ...row, roles: "{" },
    { ...row, id: 1 },
  ].map((one) => JSON.stringify(one)),
  maxLength: 400,
  holds(input) {
    const value = valueIn(input);
    const isRow = typeof value === "object" && value !== null && !Array.isArray(value);
    const rows = isRow ? [value] : [];
    const told: string[] = [];
    const found = reader.readable(rows, "users", (notice) => told.push(JSON.stringify(notice)));
    assertEqual(found.length + told.length, rows.length);
    for (const { roles } of found)
      assert(
        roles.every((role) => typeof role === "string"),
        "roles",
      );
    try {
      reader.read(rows);
    } catch (error) {
      assert(error instanceof Impossible, `threw ${String(error)}`);
    }
    return told.map((notice) => JSON.parse(notice).column).join() || "row";
  },
};
