import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import type { User } from "../../domain/accounts/user.ts";
import type { Proved } from "../../domain/assurance.ts";
import type { SessionId } from "../../domain/ids.ts";
import { deviceOf } from "../../domain/sessions/refresh-session.ts";
import type { RoleCatalogue } from "../access/ports.ts";
import { type RandomBytes, Unavailable } from "../outside.ts";
import { type IssueDeps, issueToken, type TokenPair } from "../tokens/issue-token.ts";
import type { SessionGrant, TokenSigner } from "../tokens/ports.ts";
import type { NewSession, RefreshTokenCodec, Sessions } from "./ports.ts";

export type BeginDeps = IssueDeps & {
  readonly sessions: Sessions;
  readonly catalogue: RoleCatalogue;
  readonly signer: TokenSigner;
  readonly refreshTokens: RefreshTokenCodec;
  readonly random: RandomBytes;
  readonly newSessionId: () => SessionId;
  /** The client that people sign in with. */
  readonly clientId: string;
};

export type Beginning = {
  /** What the user's object is to open. */
  readonly session: NewSession;
  /** The tokens of the session once it is open. */
  readonly issue: (grant: SessionGrant) => Promise<TokenPair>;
};

/**
 * What a session's id and first token are made from.
 *
 * @property secret 32 bytes
 */
export type Drawn = { readonly sessionId: SessionId; readonly secret: Uint8Array };

/**
 * Begins a session for whoever just proved who they are. Prepares everything before the session
 * exists, so that its tokens cannot fail afterwards.
 *
 * @param drawn random, unless the same request must give the same session
 */
export async function beginSession(
  deps: BeginDeps,
  actor: Actor,
  user: User,
  proved: Proved,
  drawn: Drawn = { sessionId: deps.newSessionId(), secret: deps.random(32) },
): Promise<Beginning> {
  const [sign, roles] = await Promise.all([
    deps.signer.prepare(),
    deps.catalogue.named(user.roles),
  ]);
  const { sessionId, secret } = drawn;
  const first = deps.refreshTokens.first(user.id, sessionId, secret);
  const refreshToken = deps.refreshTokens.format(first);
  const token = { hash: deps.refreshTokens.hash(first), secretVersion: first.version };
  return {
    session: {
      ...proved,
      clientId: deps.clientId,
      audience: null,
      sessionId,
      token,
      device: deviceOf(actor),
    },
    async issue(grant) {
      const known = await withNewRoles(deps.catalogue, roles, user, grant);
      return issueToken(deps, {
        sign,
        roles: known,
        userId: user.id,
        sessionId,
        grant,
        refreshToken,
      });
    },
  };
}

/**
 * What roles grant, those among them that were given since the row was read. If they cannot be looked
 * up, the tokens grant less until the next refresh: the session is open, and must not be lost.
 */
export async function withNewRoles(
  catalogue: RoleCatalogue,
  roles: ReadonlyMap<string, Role>,
  user: User,
  { authority }: SessionGrant,
): Promise<ReadonlyMap<string, Role>> {
  const given = authority.roles.filter((role) => !user.roles.includes(role));
  if (given.length === 0) return roles;
  try {
    return new Map([...roles, ...(await catalogue.named(given))]);
  } catch (error) {
    if (error instanceof Unavailable) return roles;
    throw error;
  }
}
