import {
  ANYONE,
  type Person as Caller,
  isPerson,
  type Origin,
} from "../../src/domain/access/actor.ts";
import type { Reason, Result } from "../../src/domain/result.ts";
import type { AccessTokenClaims } from "../../src/domain/tokens/access-token.ts";
import type { Shown } from "../../src/use-cases/credentials/match-factor.ts";
import type { SecondFactorRequired } from "../../src/use-cases/sessions/open-session.ts";
import type { TokenPair } from "../../src/use-cases/tokens/issue-token.ts";
import { passwordOf } from "../support/memory-service.ts";
import { codeOf } from "../support/totp.ts";
import type { UseCases } from "./isolate.ts";
import type { Answer } from "./ledger.ts";
import { done, kidOf, OK, send, shown, withTokens } from "./network.ts";
import type { Person } from "./people.ts";
import type { World } from "./world.ts";

type Code = Exclude<Shown, { kind: "passkey" }>;

type Held = TokenPair & { readonly claims: AccessTokenClaims; readonly since: number };

/** How often a tab tries, and how long it waits in between, in milliseconds. */
const TRIES = 3;
const PAUSE = 1_500;

/** Milliseconds within which tokens count as new: another tab may still present the old one. */
const NEW = 90_000;

/**
 * What a client's tabs share, and the protocol that each of them follows: it presents the token that
 * is stored, tries again where it has no answer, and stores what it gets only in place of what it
 * presented. A refusal signs it out.
 */
export class Device {
  readonly name: string;
  #owner: Person | null = null;
  held: Held | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get owner(): Person {
    if (this.#owner === null) throw new Error("a device that is nobody's");
    return this.#owner;
  }

  set owner(person: Person) {
    this.#owner = person;
  }

  /** @param worn a recovery code that was used, in place of what is in order */
  async signIn(world: World, worn?: string): Promise<string> {
    const { id: user, email, password } = this.owner;
    const input = { email, password: passwordOf(password), deviceToken: null };
    let token: string | null = null;
    const answer = await send(
      world,
      { what: "sign in", user, password },
      async ({ sessions }, from) => {
        const signedIn = await sessions.authenticateUser({ ...ANYONE, from }, input);
        token = secondFactorToken(signedIn) ?? token;
        return withTokens(signedIn);
      },
    );
    this.keep(world, answer);
    if (token === null || answer === "lost") return shown(answer);
    return `${shown(answer)}, ${await this.showSecond(world, token, worn)}`;
  }

  /** What an authenticator shows; a code from the drawer where that is not taken. */
  async showSecond(world: World, token: string, worn?: string): Promise<string> {
    const { owner } = this;
    const newestFirst = [...owner.authenticator].reverse().slice(0, 2);
    const now = world.scheduler.now;
    const shows = newestFirst.map(({ secret }): Code => {
      return { kind: "totp", code: codeOf(secret, 0, now) };
    });
    const written = worn ?? owner.codes.shift();
    if (worn !== undefined) shows.length = 0;
    if (written !== undefined) shows.push({ kind: "recovery_code", code: written });
    let last = "nothing to show";
    for (const one of shows) {
      const proof = `${one.kind} ${one.code} ${one.kind === "totp" ? Math.floor(now / 30_000) : ""}`;
      const asked = { what: "second factor", user: owner.id, proof } as const;
      const answer = await send(world, asked, async ({ sessions }, from) =>
        withTokens(await sessions.signInBySecondFactor({ ...ANYONE, from }, { token, shown: one })),
      );
      this.keep(world, answer);
      last = shown(answer);
      if (answer === "lost" || answer.kind !== "refused") {
        if (one.kind === "recovery_code") owner.worn.push(one.code);
        break;
      }
    }
    return last;
  }

  /** One tab refreshes, unless another one just did. */
  async refresh(world: World): Promise<string> {
    const isNew = this.held !== null && world.scheduler.now - this.held.since < NEW;
    return isNew ? "tokens are new" : this.present(world);
  }

  async present(world: World): Promise<string> {
    let last = "signed out";
    const presented = this.held;
    for (let round = 0; round < TRIES && presented !== null; round++) {
      if (this.held !== presented) return `${last}; another tab was faster`;
      const answer = await this.#presentOnce(world, presented);
      last = shown(answer);
      if (this.held !== presented) continue;
      if (answer !== "lost" && answer.kind === "refused") this.held = null;
      else this.keep(world, answer);
      if (answer !== "lost" && answer.kind !== "unavailable") return last;
      await world.scheduler.after(PAUSE);
    }
    return last;
  }

  /** Asks whether the access token is good, as of now. */
  async verify(world: World): Promise<string> {
    const { held } = this;
    if (held === null) return "signed out";
    const isExpired = held.claims.exp * 1_000 < world.scheduler.now + NEW;
    const [session, kid] = [held.sessionId, kidOf(held.accessToken)];
    const asked = { what: "verify", user: this.owner.id, session, kid, isExpired } as const;
    const answer = await send(world, asked, async ({ tokens }) => {
      const verdict = await tokens.verifyToken(held.accessToken, { maxStaleness: 0 });
      return verdict.ok ? { kind: "ok", claims: verdict.value } : done(verdict);
    });
    return shown(answer);
  }

  async logout(world: World, scope: "local" | "others" | "global"): Promise<string> {
    const { held } = this;
    if (held === null) return "signed out";
    const asked = { what: "logout", user: this.owner.id, session: held.sessionId, scope } as const;
    const answer = await send(world, asked, ({ sessions, tokens }, from) =>
      asPerson({ tokens }, from, held.accessToken, async (caller) =>
        done(await sessions.logout(caller, null, scope)),
      ),
    );
    if (scope !== "others" && answer !== "lost" && answer.kind === "ok") this.held = null;
    return `${scope}: ${shown(answer)}`;
  }

  async changePassword(world: World, next: string): Promise<string> {
    const { held, owner } = this;
    if (held === null) return "signed out";
    const current = passwordOf(owner.password);
    const asked = {
      what: "change password",
      user: owner.id,
      session: held.sessionId,
      password: next,
    } as const;
    const answer = await send(world, asked, ({ accounts, tokens }, from) =>
      asPerson({ tokens }, from, held.accessToken, async (caller) =>
        withTokens(await accounts.changePassword(caller, { current, next: passwordOf(next) })),
      ),
    );
    if (answer === "lost" || answer.kind !== "ok") return shown(answer);
    owner.password = next;
    this.keep(world, answer);
    return shown(answer);
  }

  /** An access token that is good for a while, whatever it takes; null if none is to be had. */
  async access(world: World): Promise<string | null> {
    if (this.held === null) await this.signIn(world);
    else await this.refresh(world);
    return this.held?.accessToken ?? null;
  }

  keep(world: World, answer: Answer | "lost"): void {
    if (answer === "lost" || answer.kind !== "ok" || answer.tokens === undefined) return;
    this.held = { ...answer.tokens, since: world.scheduler.now };
  }

  #presentOnce(world: World, { refreshToken, sessionId: session }: Held): Promise<Answer | "lost"> {
    const user = this.owner.id;
    const asked = { what: "refresh", user, session, presented: refreshToken } as const;
    return send(world, asked, async ({ sessions }, from) =>
      withTokens(await sessions.rotateRefreshToken({ ...ANYONE, from }, refreshToken)),
    );
  }
}

/** What a sign-in goes on with whose first factor was right. */
export const secondFactorToken = (result: Result<unknown, Reason>): string | null => {
  const error = result.ok ? null : result.error;
  if (typeof error !== "object" || error?.code !== "second_factor_required") return null;
  return (error as SecondFactorRequired).token;
};

/** As the routes of one's own account do it: the token's person, as of now. */
export async function asPerson(
  { tokens }: Pick<UseCases, "tokens">,
  from: Origin,
  token: string,
  act: (caller: Caller) => Promise<Answer>,
): Promise<Answer> {
  const known = await tokens.identifyCaller(token, false);
  if (!known.ok) return done(known);
  return isPerson(known.value) ? act({ ...known.value, from }) : OK;
}
