/**
 * `npm run users:convert -- --from auth0|firebase|supabase|keycloak|cognito --out users.ndjson export.json`
 *
 * Makes of another product's export the lines that `users:import` reads (docs/migrating.md). The
 * file it writes holds password hashes and can be read by this user alone; one that is there is not
 * overwritten. Who was left out, or goes without a password, is listed by position. Exit code 0, or
 * 2 where the list is not empty.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { Conversion } from "./convert/conversion.ts";
import { convertExport, type ExportFile, PRODUCTS, UnreadableExport } from "./convert/exports.ts";
import { argumentsOf, fail } from "./terminal.ts";

function readArguments() {
  const { values, positionals } = argumentsOf({
    allowPositionals: true,
    options: {
      from: { type: "string" },
      out: { type: "string" },
      "hash-config": { type: "string" },
    },
  });
  const product = PRODUCTS.find((name) => name === values.from);
  const [file, ...others] = positionals;
  if (product === undefined || values.out === undefined || !file || others.length > 0) {
    const from = `--from ${PRODUCTS.join("|")}`;
    fail(`Say from what to what: npm run users:convert -- ${from} --out users.ndjson export.json`);
  }
  return { product, file, out: values.out, hashConfigFile: values["hash-config"] };
}

/** A parser's own message may quote the file, and with it a hash. */
function conversionsOf(file: ExportFile): Conversion[] {
  try {
    return convertExport(file, Date.now());
  } catch (error) {
    const why = error instanceof UnreadableExport ? error.message : "its form is another one";
    return fail(`This is no export of ${file.product}: ${why}. Nothing was written.`);
  }
}

const { product, file, out, hashConfigFile } = readArguments();
const text = readFileSync(file, "utf8");
const hashConfig = hashConfigFile === undefined ? null : readFileSync(hashConfigFile, "utf8");
const conversions = conversionsOf({ product, text, hashConfig });
const lines = conversions.flatMap(({ line }) => (line === null ? [] : `${JSON.stringify(line)}\n`));
try {
  // "wx": what stands there may be the only copy of somebody's passwords.
  writeFileSync(out, lines.join(""), { mode: 0o600, flag: "wx" });
} catch (error) {
  fail(error instanceof Error ? error.message : `${out} cannot be written`);
}
const notes = conversions.flatMap(({ note }, index) =>
  note === null ? [] : `user ${index + 1}: ${note}\n`,
);
process.stderr.write(notes.join(""));
const withHash = conversions.filter(({ line }) => line?.password_hash !== undefined).length;
console.log(`${lines.length} of ${conversions.length} users written, ${withHash} with a password.`);
process.exitCode = notes.length > 0 ? 2 : 0;
