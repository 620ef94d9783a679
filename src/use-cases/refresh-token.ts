import type { SessionId, UserId } from "../domain/ids.ts";
import type { Device } from "../domain/refresh-session.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { BUILT_IN_CATALOGUE, type Role } from "../domain/role.ts";
import { type IssueDeps, issueToken, type TokenPair } from "./issue-token.ts";
import {
  type Accounts,
  type Notify,
  type RefreshAnswer,
  type RoleCatalogue,
  type TokenSigner,
  Unavailable,
} from "./ports.ts";

/** A refresh token whose MAC was good. */
export type RefreshToken = {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The version of the root secret that it was made under. */
  readonly version: number;
  readonly secret: Uint8Array;
};

export interface RefreshTokenCodec {
  readonly newestVersion: number;
  /** Null for anything that was not made here under a known secret. */
  parse(text: string): RefreshToken | null;
  format(token: RefreshToken): string;
  /** The first token of a session. */
  first(userId: UserId, sessionId: SessionId, secret: Uint8Array): RefreshToken;
  /** The one token that follows this one under a version, or null for an unknown version. */
  successor(token: RefreshToken, version: number): RefreshToken | null;
  hash(token: RefreshToken): string;
}

export type RefreshDeps = IssueDeps & {
  readonly accounts: Accounts;
  readonly catalogue: RoleCatalogue;
  readonly signer: TokenSigner;
  readonly refreshTokens: RefreshTokenCodec;
  readonly notify: Notify;
};

/**
 * Rotates a refresh token (RFC 9700, section 4.14.2): one call to the user's object. All that
 * could fail for other reasons is done before it, so that an outage consumes nothing.
 *
 * @throws Unavailable when a store does not answer; the token presented is then still good
 */
export async function refreshToken(
  deps: RefreshDeps,
  text: string,
  device: Device,
): Promise<Result<TokenPair, "invalid_refresh_token">> {
  const presented = deps.refreshTokens.parse(text);
  if (presented === null) return err("invalid_refresh_token");
  const sign = await deps.signer.prepare();

  const offered = successorUnder(deps, presented, deps.refreshTokens.newestVersion);
  const { answer, roles } = await present(deps, presented, offered, device);
  const { userId, sessionId } = presented;
  if (answer.kind === "reused") deps.notify({ event: "refresh_token_reused", userId, sessionId });
  if (!("grant" in answer)) return err("invalid_refresh_token");

  if (answer.isNoteworthy) {
    deps.notify({ event: "refresh_token_replayed_elsewhere", userId, sessionId });
  }
  const isOffered = answer.secretVersion === offered.version;
  const successor = isOffered ? offered : successorUnder(deps, presented, answer.secretVersion);
  const tokens = await issueToken(deps, {
    sign,
    roles,
    userId,
    sessionId,
    grant: answer.grant,
    refreshToken: deps.refreshTokens.format(successor),
  });
  return ok(tokens);
}

/**
 * The built-in roles need no look-up, and most users hold no others; so D1 is asked for the
 * editable ones only when the object says that its user has some.
 */
async function present(
  deps: RefreshDeps,
  presented: RefreshToken,
  offered: RefreshToken,
  device: Device,
): Promise<{ answer: RefreshAnswer; roles: ReadonlyMap<string, Role> }> {
  const ask = (knownRoles: readonly string[] | null): Promise<RefreshAnswer> =>
    deps.accounts.refresh(presented.userId, {
      sessionId: presented.sessionId,
      presented: deps.refreshTokens.hash(presented),
      successor: { hash: deps.refreshTokens.hash(offered), secretVersion: offered.version },
      knownRoles,
      device,
    });

  const cached = deps.catalogue.cached();
  if (cached !== null) return { answer: await ask(null), roles: cached };
  const answer = await ask([...BUILT_IN_CATALOGUE.keys()]);
  if (answer.kind !== "roles_wanted") return { answer, roles: BUILT_IN_CATALOGUE };
  const roles = await deps.catalogue.all();
  return { answer: await ask(null), roles };
}

/** Another version can only be asked for while a new root secret is being rolled out. */
function successorUnder(deps: RefreshDeps, token: RefreshToken, version: number): RefreshToken {
  const successor = deps.refreshTokens.successor(token, version);
  if (successor === null) throw new Unavailable("secrets");
  return successor;
}
