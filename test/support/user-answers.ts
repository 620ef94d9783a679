import * as z from "zod";
import type { UserCall } from "./model-user.ts";
import { inWords } from "./model-user-account.ts";
import { SECOND } from "./samples.ts";

const authority = z
  .object({
    status: z.enum(["active", "disabled", "deleted"]),
    roles: z.array(z.string()),
    version: z.number(),
  })
  .transform(({ status, roles, version }) =>
    inWords({ status, isAdmin: roles.includes("admin"), version }),
  );
const grant = z.object({ authority, expiresAt: z.number() });
const sessions = z.array(z.object({ id: z.string(), expiresAt: z.number() }));

/** What an object answers over RPC, as far as the model tells it too. */
const answer = z.union([
  z.object({ kind: z.string(), grant }),
  z.object({ kind: z.literal("done"), authority, opened: grant.optional() }),
  z.object({ kind: z.literal("done"), whom: z.string() }),
  z.object({ kind: z.literal("answered"), holds: z.boolean() }),
  z.object({ kind: z.string() }),
]);

/**
 * An answer in the model's words.
 *
 * @param start of the history (Unix milliseconds)
 * @param nameOf what the history calls a session
 * @returns null where the object itself does not know how the call ended
 */
export function answerInWords(
  call: UserCall,
  given: unknown,
  start: number,
  nameOf: (id: string) => string,
): string | null {
  const until = (time: number) => `until ${(time - start) / SECOND}`;
  if (call.do === "end") return `ended ${z.number().parse(given)}`;
  if (call.do === "list") {
    const lines = sessions.parse(given).map((one) => `${nameOf(one.id)} ${until(one.expiresAt)}`);
    return lines.sort().join(", ");
  }
  const read = answer.parse(given);
  if (read.kind === "unavailable") return null;
  if ("grant" in read) return `${read.kind} ${read.grant.authority} ${until(read.grant.expiresAt)}`;
  if ("whom" in read) return read.whom;
  if ("holds" in read) return String(read.holds);
  if (!("authority" in read)) return read.kind;
  const opened = read.opened === undefined ? "" : `, opened ${until(read.opened.expiresAt)}`;
  return `done ${read.authority}${opened}`;
}
