import { parseSecrets } from "../../../src/core/security/secrets.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";
import { ROOT_SECRETS } from "../support/secrets.ts";

/** Each version has one root, which fits the two bytes of a token. */
export const target: FuzzTarget = {
  seeds: [ROOT_SECRETS, `${ROOT_SECRETS},${ROOT_SECRETS}`, "v1:", "v65536:"],
  maxLength: 250,
  holds(input) {
    const parsed = parseSecrets(input);
    if (!parsed.ok) return parsed.error;
    const { versions, newest, subkey } = parsed.value;
    assertEqual(versions[0], newest);
    assertEqual(new Set(versions).size, versions.length);
    assert(
      versions.every((version) => version >= 1 && version <= 0xffff),
      "no such version",
    );
    assertEqual(
      versions.map((version) => subkey(version, "inbox")?.length),
      versions.map(() => 32),
    );
    return `secrets ${versions.length}`;
  },
};
