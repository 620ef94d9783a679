import type { Actor } from "../../domain/access/actor.ts";
import type { Email } from "../../domain/accounts/email.ts";
import { verifiedEmailOf } from "../../domain/accounts/user.ts";
import type { UserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type AccessTokenClaims, sessionOf } from "../../domain/tokens/access-token.ts";
import type { Credentials } from "../credentials/ports.ts";
import { Impossible, Unavailable } from "../outside.ts";
import { currentClaims, type VerifyDeps } from "./verify-token.ts";

export type IntrospectDeps = VerifyDeps & { readonly users: Pick<Credentials, "findById"> };

export type Introspection = {
  readonly claims: AccessTokenClaims;
  /** The subject's name, or undefined where it could not be read. */
  readonly username: string | undefined;
};

/**
 * Introspects an access token (RFC 7662): its account, asked once, knows the username as well. A
 * refresh token counts as inactive, or a resource server would take it for an access token: only the
 * client that it was issued to may hear more (section 4), and that one is public.
 */
export async function introspectToken(
  deps: IntrospectDeps,
  _actor: Actor,
  token: string,
): Promise<Result<Introspection, "invalid_token">> {
  const presented = await deps.verifier.verify(token);
  if (presented === null) return err("invalid_token");
  const account = await deps.liveness.askWithEmail(presented);
  const current = await currentClaims(deps, presented, account, false);
  if (current === null) return err("invalid_token");
  const { claims } = current;
  return ok({ claims, username: await usernameOf(deps.users, claims, account?.verifiedEmail) });
}

/**
 * The verified address of a person (RFC 7662, section 2.2), else the subject: mail servers open the
 * mailbox of that name.
 *
 * @param told what the person's object said
 */
async function usernameOf(
  users: IntrospectDeps["users"],
  claims: AccessTokenClaims,
  told: Email | null | undefined,
): Promise<string | undefined> {
  const session = sessionOf(claims);
  if (session === null || told === null) return claims.sub;
  return told ?? readUsername(users, session.userId);
}

/**
 * For an object that does not know, since older code wrote its copy or the row was unreadable then.
 * An unreadable record costs the name, not the verdict.
 */
async function readUsername(
  users: IntrospectDeps["users"],
  id: UserId,
): Promise<string | undefined> {
  try {
    const found = await users.findById(id);
    return (found && verifiedEmailOf(found.user)) ?? id;
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Impossible) return undefined;
    throw error;
  }
}
