import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseSecrets } from "../../src/core/security/secrets.ts";
import { err, ok, type Result } from "../../src/domain/result.ts";
import { newRootSecret } from "../root-secret.ts";

/** Where the value of AUTH_SECRETS comes from. */
export type RootSecret = {
  /** By the operator, who may know the one that there was. */
  readonly isGiven: boolean;
  /** Makes nothing. @returns why `value` will not have one, if so */
  check(): Result<null, string>;
  /** Makes one where it may. @returns it, or why there is none */
  value(): Result<string, string>;
  /** Whether this run took it from its file, new or not. */
  isFromFile(): boolean;
};

type Surroundings = {
  /** The variable AUTH_SECRETS. */
  readonly given: string | undefined;
  /** Nobody keeps what a job leaves on its disk. */
  readonly isUnattended: boolean;
  /** Where a new one is kept. */
  readonly file: string;
};

/**
 * The operator's own, or a new one. Cloudflare shows a secret to nobody, and a rotation needs the
 * old one, so a new one is in a file for the operator's eyes before it is set. A file that is there
 * is of a deployment that broke off, and its secret may be set already.
 */
export function rootSecret({ given, isUnattended, file }: Surroundings): RootSecret {
  let isFromFile = false;
  /** Null where one may be made. */
  const known = (): Result<string | null, string> => {
    if (given !== undefined) return checked(given.trim(), "the variable AUTH_SECRETS");
    if (existsSync(file)) return checked(readFileSync(file, "utf8").trim(), file);
    return isUnattended ? err(UNATTENDED) : ok(null);
  };
  return {
    isGiven: given !== undefined,
    check() {
      const found = known();
      return found.ok ? ok(null) : found;
    },
    value() {
      const found = known();
      if (!found.ok) return found;
      const value = found.value ?? madeIn(file);
      isFromFile = given === undefined;
      return ok(value);
    },
    isFromFile: () => isFromFile,
  };
}

const UNATTENDED =
  "give it in the variable AUTH_SECRETS, from where your secrets are kept: one that is made here would be lost. How it is made stands in docs/deploying.md.";

function madeIn(file: string): string {
  const value = newRootSecret();
  // "wx": of two at once, the second must not replace what the first sets.
  writeFileSync(file, `${value}\n`, { mode: 0o600, flag: "wx" });
  return value;
}

/** Never quotes the value. */
function checked(value: string, place: string): Result<string, string> {
  const parsed = parseSecrets(value);
  return parsed.ok ? ok(value) : err(`${place} holds no good secret: it is ${parsed.error}.`);
}
