import type { Actor } from "../../domain/access/actor.ts";
import { parseUserId } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
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
 * Introspects an access token (RFC 7662): asks its account once, and D1 for the username at the
 * same time. A refresh token counts as inactive, or a resource server would take it for an access
 * token: only the client that it was issued to may hear more (section 4), and that one is public.
 */
export async function introspectToken(
  deps: IntrospectDeps,
  _actor: Actor,
  token: string,
): Promise<Result<Introspection, "invalid_token">> {
  const presented = await deps.verifier.verify(token);
  if (presented === null) return err("invalid_token");
  const [claims, username] = await Promise.all([
    currentClaims(deps, presented, 0, false),
    usernameOf(deps.users, presented.sub),
  ]);
  return claims === null ? err("invalid_token") : ok({ claims, username });
}

/**
 * The verified address of a person (RFC 7662, section 2.2), else the subject: mail servers open the
 * mailbox of that name. An unreadable record costs the name, not the verdict.
 */
async function usernameOf(
  users: IntrospectDeps["users"],
  sub: string,
): Promise<string | undefined> {
  const id = parseUserId(sub);
  if (!id.ok) return sub;
  try {
    const user = (await users.findById(id.value))?.user;
    return user?.emailVerified ? user.email : sub;
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Impossible) return undefined;
    throw error;
  }
}
