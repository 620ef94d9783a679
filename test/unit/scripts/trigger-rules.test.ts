import { expect, it } from "vitest";
import { guardsMadeBy, triggerProblems } from "../../../scripts/trigger-rules.ts";

const GOOD = `CREATE TRIGGER users_id_update BEFORE UPDATE OF id, email ON users
WHEN NEW.id = ''
  OR NEW.id GLOB '*x*'
BEGIN
  SELECT RAISE(ABORT, 'users.id is not an id');
END;
`;

it("a trigger that D1 takes as it is sent passes, with and without a condition", () => {
  expect(triggerProblems(GOOD)).toEqual([]);
  const after =
    "CREATE TRIGGER noted AFTER DELETE ON users\nBEGIN\n  INSERT INTO changes (id) VALUES (OLD.id);\nEND;\n";
  expect(triggerProblems(`${GOOD}--> statement-breakpoint\n${after}`)).toEqual([]);
});

it.each([
  ["BEGIN in lower case", GOOD.replace("BEGIN", "begin")],
  ["END in lower case", GOOD.replace("END;", "end;")],
  ["line ends of Windows", GOOD.replaceAll("\n", "\r\n")],
  ["a CASE in its statement", GOOD.replace("SELECT", "SELECT CASE WHEN 1 THEN 2 END,")],
  ["the word in a text", GOOD.replace("not an id", "not lower case")],
  ["a CASE in its condition", GOOD.replace("NEW.id = ''", "CASE NEW.id WHEN '' THEN 1 END")],
  ["two statements", GOOD.replace("\nEND", "\n  SELECT 1;\nEND")],
  ["everything on one line", GOOD.replaceAll(/\s+/g, " ")],
  ["lower-case create", GOOD.replace("CREATE TRIGGER", "create trigger")],
  ["a word that names another kind", GOOD.replace("CREATE", "CREATE TEMP")],
  ["a statement that is long", GOOD.replace("not an id", "x".repeat(400))],
])("a trigger with %s is refused", (_, sql) => {
  expect(triggerProblems(sql)).not.toEqual([]);
});

it("what a migration makes is found in any spelling", () => {
  const sql = `${GOOD}CREATE UNIQUE INDEX \`users_email\` ON users (email);create index b on c (d);`;
  expect(guardsMadeBy(sql)).toEqual(["users_id_update", "users_email", "b"]);
});
