import { authorityOf } from "../../../src/domain/accounts/authority.ts";
import type { AuthorityCopy } from "../../../src/use-cases/accounts/ports.ts";
import { EDITOR, type Person } from "../people.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** No acknowledged write is lost, and when all is calm the record and the objects agree. */
export const allAgree: Invariant = {
  name: "when all is calm, the record and the objects agree",
  watch: (world, { users, administrator }) => ({
    calm() {
      if (world.feed.size() > 0) return "the change feed never empties";
      const problems = [...users, administrator].flatMap((person) => [
        written(world, person),
        copied(world, person),
      ]);
      return problems.find((problem) => problem !== null) ?? null;
    },
  }),
};

/** The row holds what was acknowledged last. */
function written({ db, ledger }: World, { id, name }: Person): string | null {
  const row = db.users.get(id);
  const now = ledger.next();
  const status = row?.user.status ?? "deleted";
  if (!ledger.status(id).allows(status, now, now)) return `${name} is ${status} in the record`;
  if (row === undefined) return null;
  const password = row.passwordHash?.replace("current:", "") ?? "";
  if (!ledger.password(id).allows(password, now, now)) return `${name}'s password is another one`;
  const holds = row.user.roles.includes(EDITOR);
  if (!ledger.role(id, EDITOR).allows(holds, now, now)) {
    return `${name} ${holds ? "holds" : "lacks"} ${EDITOR} in the record`;
  }
  return null;
}

/** The object knows what the row says. */
function copied({ db, objects }: World, { id, name }: Person): string | null {
  const kv = objects.get(id)?.kv;
  const copy = kv?.get<AuthorityCopy>("authority");
  if (kv === undefined || copy === undefined) return null;
  if (kv.get("intent") !== undefined) return `a change of ${name} is never settled`;
  const row = db.users.get(id);
  const known = JSON.stringify(copy.authority);
  const told = row === undefined ? null : JSON.stringify(authorityOf(row.user));
  if (told === null && copy.authority.status === "deleted") return null;
  return told === known ? null : `${name}'s object knows ${known}, the record says ${told}`;
}
