/**
 * The parts that are reported by themselves, a subject's rules with its use cases, and the folders
 * of unit tests that are to notice what is wrong with them. Other tests would as well, but a part
 * that only others test has no tests of its own.
 */
const TESTED_BY: Readonly<Record<string, readonly string[]>> = {
  sessions: ["sessions", "accounts", "tokens", "contracts"],
  keys: ["keys", "contracts"],
  access: ["access", "accounts", "clients", "tokens", "contracts"],
  credentials: ["credentials", "sessions", "accounts", "contracts"],
  events: ["events", "accounts", "credentials", "contracts"],
  tokens: ["tokens", "sessions", "clients", "contracts"],
  accounts: ["accounts", "sessions", "credentials", "events", "mail", "contracts"],
  clients: ["clients", "access", "tokens", "contracts"],
  shared: ["*", "accounts", "sessions", "events"],
  security: [
    "*",
    "credentials",
    "sessions",
    "keys",
    "tokens",
    "clients",
    "accounts",
    "config",
    "http",
  ],
};

/** Of hashes and word lists that are the platform's, and take their time. */
const OF_THE_PLATFORM = ["passwords", "foreign-hashes", "scrypt", "password-policy"];

const FILES: Readonly<Record<string, readonly string[]>> = {
  shared: ["src/domain/*.ts", "src/use-cases/*.ts"],
  security: ["src/core/security/**/*.ts"],
};

export type Part = {
  readonly name: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
  readonly exclude: readonly string[];
};

const ALL: readonly Part[] = Object.entries(TESTED_BY).map(([name, folders]) => ({
  name,
  files: FILES[name] ?? [`src/domain/${name}/**/*.ts`, `src/use-cases/${name}/**/*.ts`],
  tests: folders.map((folder) =>
    folder === "*" ? "test/unit/*.test.ts" : `test/unit/${folder}/**/*.test.ts`,
  ),
  exclude:
    name === "security"
      ? []
      : OF_THE_PLATFORM.map((file) => `test/unit/credentials/${file}.test.ts`),
}));

/** The parts asked for: subjects by name, files by pattern, everything where nothing is named. */
export function partsOf(subjects: readonly string[], patterns: readonly string[]): Part[] {
  const unknown = subjects.filter((name) => !(name in TESTED_BY));
  if (unknown.length > 0) {
    throw new Error(`no subject ${unknown.join(", ")}: ${Object.keys(TESTED_BY).join(", ")}`);
  }
  if (subjects.length === 0 && patterns.length === 0) return [...ALL];
  const chosen = ALL.filter(({ name }) => subjects.includes(name));
  if (patterns.length === 0) return chosen;
  const tests = chosen.flatMap((part) => part.tests);
  const all = tests.length === 0 ? ["test/unit/**/*.test.ts"] : tests;
  const exclude = chosen.length === 1 ? chosen.flatMap((part) => part.exclude) : [];
  return [{ name: "chosen", files: patterns, tests: all, exclude }];
}
