import type { Person } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import type { Password } from "../../domain/credentials/password.ts";
import { ok, type Result } from "../../domain/result.ts";
import { type OwnAccountDeps, type ProofRefusal, proveOwner } from "./prove-owner.ts";
import { type RequestMailDeps, requestBy } from "./request-mail.ts";

export type RequestEmailChangeDeps = OwnAccountDeps & RequestMailDeps;

/**
 * Asks for another address of one's own account, which is mailed a link. The answer is the same
 * whether the address is free or not: that is looked up behind the queue.
 */
export async function requestEmailChange(
  deps: RequestEmailChangeDeps,
  actor: Person,
  { password, email }: { readonly password: Password | null; readonly email: Email },
): Promise<Result<null, ProofRefusal>> {
  const proven = await proveOwner(deps, actor, password);
  if (!proven.ok) return proven;
  const { id: userId, version: accountVersion } = proven.value.credential.user;
  const request = requestBy(deps, actor, email);
  const purpose = "confirm_new_email";
  await deps.mailRequests.send({ ...request, purpose, userId, accountVersion });
  return ok(null);
}
