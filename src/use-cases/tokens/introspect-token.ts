import { parseUserId } from "../../domain/ids.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
import type { Credentials } from "../credentials/ports.ts";
import { Impossible, Unavailable } from "../outside.ts";
import { type VerifyDeps, verifyToken } from "./verify-token.ts";

export type IntrospectDeps = VerifyDeps & { readonly users: Credentials };

export type Introspection = {
  readonly claims: AccessTokenClaims;
  /** What its subject is called, or undefined where that could not be read. */
  readonly username: string | undefined;
};

/**
 * What an access token is worth now (RFC 7662): the account behind it is asked. A refresh token is
 * worth nothing to whoever asks here, or a resource server would take it for an access token: only
 * the client that it was issued to may hear more (section 4), and that one is public.
 *
 * @returns null for a token that is not active, whatever it is
 */
export async function introspectToken(
  deps: IntrospectDeps,
  token: string,
): Promise<Introspection | null> {
  const verdict = await verifyToken(deps, token, { maxStaleness: 0 });
  if (!verdict.ok) return null;
  const { claims } = verdict;
  return { claims, username: await usernameOf(deps.users, claims.sub) };
}

/**
 * The verified address of a person (RFC 7662, section 2.2), else the subject itself: mail servers
 * open the mailbox of that name, so one that nobody verified, or a program's own choice, will not
 * do. A record that cannot be read takes the name away, not the verdict.
 */
async function usernameOf(users: Credentials, sub: string): Promise<string | undefined> {
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
