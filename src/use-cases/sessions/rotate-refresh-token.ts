import type { Actor } from "../../domain/access/actor.ts";
import type { Role } from "../../domain/access/role.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { deviceOf } from "../../domain/sessions/refresh-session.ts";
import type { RoleCatalogue } from "../access/ports.ts";
import { Unavailable } from "../outside.ts";
import { type IssueDeps, issueToken, type TokenPair } from "../tokens/issue-token.ts";
import type { TokenSigner } from "../tokens/ports.ts";
import type { RefreshAnswer, RefreshToken, RefreshTokenCodec, Sessions } from "./ports.ts";

export type RefreshDeps = IssueDeps & {
  readonly sessions: Sessions;
  readonly catalogue: RoleCatalogue;
  readonly signer: TokenSigner;
  readonly refreshTokens: RefreshTokenCodec;
  /** The client that people sign in with: no other holds refresh tokens. */
  readonly clientId: string;
};

/** Rounds of asking the object, whose user may be given another role meanwhile. */
const MAX_ROUNDS = 3;

/**
 * Rotates a refresh token (RFC 9700, section 4.14.2): one call to the user's object. All that
 * could fail for other reasons is done before it, so that an outage consumes nothing.
 *
 * @throws Unavailable when a store does not answer; the token presented is then still good
 */
export async function rotateRefreshToken(
  deps: RefreshDeps,
  actor: Actor,
  text: string,
): Promise<Result<TokenPair, "invalid_refresh_token">> {
  const presented = deps.refreshTokens.parse(text);
  if (presented === null) return err("invalid_refresh_token");
  const sign = await deps.signer.prepare();

  const offered = successorUnder(deps, presented, deps.refreshTokens.newestVersion);
  const { answer, roles } = await present(deps, actor, presented, offered);
  const { userId, sessionId } = presented;
  if (!("grant" in answer)) return err("invalid_refresh_token");

  // A replay is told the version that its successor was made under.
  const successor = successorUnder(deps, presented, answer.secretVersion);
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

type Presented = {
  readonly answer: RefreshAnswer;
  readonly roles: ReadonlyMap<string, Role | null>;
};

/**
 * The call names the roles that are at hand. If the user holds others, the object consumes nothing
 * and names them. So D1 is asked only for custom roles that this isolate has not read within a
 * minute.
 */
async function present(
  deps: RefreshDeps,
  actor: Actor,
  presented: RefreshToken,
  offered: RefreshToken,
): Promise<Presented> {
  const ask = (knownRoles: readonly string[] | null): Promise<RefreshAnswer> =>
    deps.sessions.refresh(presented.userId, {
      sessionId: presented.sessionId,
      clientId: deps.clientId,
      presented: deps.refreshTokens.hash(presented),
      successor: { hash: deps.refreshTokens.hash(offered), secretVersion: offered.version },
      knownRoles,
      device: deviceOf(actor),
      requestId: actor.from?.requestId ?? null,
    });

  let known = deps.catalogue.atHand();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const answer = await ask([...known.keys()]);
    if (answer.kind !== "roles_wanted") return { answer, roles: known };
    if (answer.roles === undefined) return askWithAll(deps, ask);
    known = await lookUp(deps.catalogue, answer.roles);
  }
  throw new Unavailable("roles");
}

/** Names that were asked for count as known afterwards, also those without a role. */
async function lookUp(
  catalogue: RoleCatalogue,
  names: readonly string[],
): Promise<ReadonlyMap<string, Role | null>> {
  const found = await catalogue.named(names);
  return new Map(names.map((name) => [name, found.get(name) ?? null]));
}

/** An object with older code does not say which roles it wants (platform: 300 s at most). */
async function askWithAll(
  { catalogue }: RefreshDeps,
  ask: (knownRoles: null) => Promise<RefreshAnswer>,
): Promise<Presented> {
  const roles = await catalogue.all();
  return { answer: await ask(null), roles };
}

/** Another version is asked for only while a new root secret is rolled out. */
function successorUnder(deps: RefreshDeps, token: RefreshToken, version: number): RefreshToken {
  const successor = deps.refreshTokens.successor(token, version);
  if (successor === null) throw new Unavailable("secrets");
  return successor;
}
