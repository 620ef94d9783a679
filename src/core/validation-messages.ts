import * as z from "zod";

/**
 * What is wrong with a field, in words that follow its name. A schema that knows better says so
 * itself; this is for what zod finds by its own rules.
 */
const messageOf: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${kindOf(issue.expected)}`;
    case "invalid_value":
      return `must be ${choiceOf(issue.values)}`;
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return `must ${amount("at most", issue.maximum, issue.origin)}`;
    case "unrecognized_keys":
      return `must not have ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
    default:
      return "is not well-formed";
  }
};

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

const kindOf = (expected: string): string => KINDS[expected] ?? "of another kind";

const choiceOf = (values: readonly unknown[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(", ")}`;

type Bound = { readonly origin: string; readonly minimum: number | bigint };

const tooSmall = ({ origin, minimum }: Bound): string =>
  minimum === 1 && origin in COUNTED
    ? "must not be empty"
    : `must ${amount("at least", minimum, origin)}`;

/** What the length of a value counts; a number has none. */
const COUNTED: Readonly<Record<string, string>> = { array: "items", string: "characters" };

function amount(bound: string, limit: number | bigint, origin: string): string {
  const counted = COUNTED[origin];
  return counted === undefined ? `be ${bound} ${limit}` : `have ${bound} ${limit} ${counted}`;
}

/** For every schema of the isolate, or of the script: fields, variables and lines all have names. */
z.config({ localeError: messageOf });
