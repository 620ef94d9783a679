import type { Password } from "../../domain/credentials/password.ts";
import {
  changeOwn,
  type OwnAccountDeps,
  type Owner,
  proveOwner,
  type Refusal,
  refused,
} from "./prove-owner.ts";

/** Deletes one's own account; no session is left when it returns. */
export async function deleteOwnAccount(
  deps: OwnAccountDeps,
  owner: Owner,
  password: Password,
): Promise<{ readonly kind: "done" } | Refusal> {
  const proven = await proveOwner(deps, owner, password);
  if (proven.kind !== "right") return proven;
  const answer = await changeOwn(deps, proven.credential, { kind: "delete" });
  return answer.kind === "done" ? { kind: "done" } : refused(answer);
}
