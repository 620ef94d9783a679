import type { Person } from "../../domain/access/actor.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { ok, type Result } from "../../domain/result.ts";
import {
  changeOwn,
  type OwnAccountDeps,
  type OwnChangeRefusal,
  type ProofRefusal,
  proveOwner,
} from "./prove-owner.ts";

/** Deletes one's own account; no session is left when it returns. */
export async function deleteOwnAccount(
  deps: OwnAccountDeps,
  actor: Person,
  password: Password | null,
): Promise<Result<null, ProofRefusal | OwnChangeRefusal>> {
  const proven = await proveOwner(deps, actor, password);
  if (!proven.ok) return proven;
  const changed = await changeOwn(deps, actor, proven.value.credential, { kind: "delete" });
  return changed.ok ? ok(null) : changed;
}
