/**
 * `npm run events:replay -- [--list] [--id ID] [--env production] [--remote]`
 *
 * Has the messages sent again that no try could deliver (`dead_letters`): they go to the outbox,
 * which a cron sends within a minute. What is stored already is not stored twice. With `--list` it
 * shows them and changes nothing.
 */
import process from "node:process";
import { listLetters, replayLetters } from "./dead-letters.ts";
import { argumentsOf } from "./terminal.ts";
import { TARGET_OPTIONS, targetOf, wranglerDatabase } from "./wrangler-d1.ts";

const { values } = argumentsOf({
  options: { ...TARGET_OPTIONS, list: { type: "boolean", default: false }, id: { type: "string" } },
});
const database = wranglerDatabase(targetOf(values));
try {
  if (values.list) console.log(listLetters(database, values.id, Date.now()).join("\n"));
  else console.log(replayLetters(database, values.id, Date.now()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
