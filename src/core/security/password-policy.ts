import {
  containsContext,
  contextWords,
  isLongEnough,
  nameWords,
  type PasswordWeakness,
} from "../../domain/credentials/password.ts";
import type { PasswordPolicy } from "../../use-cases/credentials/ports.ts";
import type { BreachCheck } from "./breach-check.ts";

/** What the product is called, for the words a password may not contain. */
const PRODUCT_NAMES: readonly string[] = ["auth-service", "authservice", "auth service"];

/** Characters of a password that are judged: more of them only add guesses, and work. */
const JUDGED_LENGTH = 72;

/** zxcvbn's scale is 0 to 4; 3 is "safely unguessable" offline with a slow hash. */
const MIN_SCORE = 3;

type Judge = Awaited<ReturnType<typeof loadJudge>>;

export function passwordPolicy(minLength: number, isBreached: BreachCheck): PasswordPolicy {
  let judge: Judge | undefined;

  return {
    async weakness(password, email): Promise<PasswordWeakness | null> {
      if (!isLongEnough(password, minLength)) return "too_short";
      const words = contextWords(email, PRODUCT_NAMES);
      if (containsContext(password, words)) return "contains_context";
      judge ??= await loadJudge();
      const judged = [...password].slice(0, JUDGED_LENGTH).join("");
      const known = [...words, ...nameWords(email)];
      const unit = repeatedUnit(judged);
      const weakness = judge(judged, known) ?? (unit === null ? null : judge(unit, known));
      if (weakness !== null) return weakness;
      return (await isBreached(password)) ? "breached" : null;
    },
  };
}

/**
 * The shortest text that the password repeats, the last time perhaps cut, or null. The password is
 * as easy to guess as that text; the estimator finds pairs of pairs, and counts what is left over
 * as new.
 */
function repeatedUnit(password: string): string | null {
  for (let length = 1; length < password.length; length++) {
    if (password.startsWith(password.slice(length))) return password.slice(0, length);
  }
  return null;
}

/** The estimator and its word list are large, so nothing of them is touched before it is needed. */
async function loadJudge() {
  const [{ ZxcvbnFactory }, { default: data }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("./common-passwords.json", { with: { type: "json" } }),
  ]);
  const estimator = new ZxcvbnFactory({
    dictionary: { "passwords-common": data.passwords.split(" ") },
    graphs: data.graphs,
  });

  return (password: string, words: string[]): PasswordWeakness | null => {
    const { score, sequence } = estimator.check(password, words);
    if (score >= MIN_SCORE) return null;
    const patterns = new Set<string>(sequence.map((match) => match.pattern));
    if (patterns.has("dictionary")) return "common";
    const regular = ["sequence", "repeat", "spatial", "date", "regex"];
    return regular.some((pattern) => patterns.has(pattern)) ? "sequential" : "guessable";
  };
}
