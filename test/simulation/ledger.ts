import type { ServiceAccountId, SessionId, UserId } from "../../src/domain/ids.ts";
import type { RefreshPolicy } from "../../src/domain/sessions/refresh-session.ts";
import type { AccessTokenClaims } from "../../src/domain/tokens/access-token.ts";
import type { TokenPair } from "../../src/use-cases/tokens/issue-token.ts";
import { Register } from "./register.ts";
import type { Scheduler } from "./scheduler.ts";

/** What was asked of the service, or done to its record by hand. */
export type Asked = {
  readonly user: UserId;
  /** Whoever asks, where it is not the user themselves. */
  readonly by?: UserId;
} & (
  | { readonly what: "sign in"; readonly password: string }
  | { readonly what: "refresh"; readonly session: SessionId; readonly presented: string }
  | {
      readonly what: "verify";
      readonly session: SessionId;
      readonly kid: string;
      readonly isExpired: boolean;
    }
  | {
      readonly what: "logout";
      readonly session: SessionId;
      readonly scope: "local" | "others" | "global";
    }
  | { readonly what: "change password"; readonly session: SessionId; readonly password: string }
  | { readonly what: "set password"; readonly password: string }
  | { readonly what: "set status"; readonly status: "active" | "disabled" }
  | { readonly what: "set role"; readonly role: string; readonly holds: boolean }
  | { readonly what: "end sessions" | "delete" }
  /**
   * A link that was mailed.
   *
   * @property isOld true where the account had changed since by the time that it was followed
   * @property password the new one, or the one that was shown
   */
  | {
      readonly what: "redeem";
      readonly kind: "reset" | "verify" | "change_email";
      readonly token: string;
      readonly isOld: boolean;
      readonly password: string | null;
    }
  | { readonly what: "finish code"; readonly flow: string }
  /**
   * @property proof names the code, with its time where it has one, or the challenge
   * @property key the authenticator that answered
   * @property signCount how often it had signed; null for one that does not count
   * @property isTouched whether it did not know by whom
   */
  | {
      readonly what: "second factor" | "step up" | "passkey";
      readonly proof: string;
      readonly key?: string;
      readonly signCount?: number | null;
      readonly isTouched?: boolean;
    }
  | { readonly what: "enrol" | "confirm factor" | "remove factor"; readonly session: SessionId }
  | { readonly what: "reset factors" }
  | { readonly what: "make program" }
  | { readonly what: "verify program" | "rotate secret"; readonly program: ServiceAccountId }
  | {
      readonly what: "use secret" | "end secret";
      readonly program: ServiceAccountId;
      readonly secret: string;
    }
  | {
      readonly what: "set program";
      readonly program: ServiceAccountId;
      readonly status: "active" | "disabled" | "deleted";
    }
  /** A wrong password; with a name where it counts for that. */
  | { readonly what: "guess"; readonly name: string | null }
  /** All else, which no register is kept of. */
  | { readonly what: "ask for mail" | "ask for options" | "export" }
  | { readonly what: "edit role"; readonly role: string; readonly permissions: readonly string[] }
  | { readonly what: "rotate keys" }
  | { readonly what: "revoke key"; readonly kid: string }
  | {
      readonly what: "judge";
      /** Whoever judged: an isolate by the service's own verification, or a verifier outside. */
      readonly where: "service" | "outside";
      readonly staleness: number | "offline";
      readonly kid: string;
      readonly claims: AccessTokenClaims;
    }
);

export type Answer =
  | {
      readonly kind: "ok";
      readonly tokens?: TokenPair & { readonly claims: AccessTokenClaims };
      readonly claims?: AccessTokenClaims;
      /** The places of the events that an export tells of. */
      readonly places?: readonly number[];
      /** Those of a verdict that may be stale. */
      readonly judged?: AccessTokenClaims;
    }
  | { readonly kind: "refused"; readonly code: string }
  /** The outcome is unknown, as with the next: it may even be made later. */
  | { readonly kind: "unavailable" | "broken off" }
  /** An exception, which a client would see as a 500. */
  | { readonly kind: "failed"; readonly error: string };

/** A request as the service saw it. Orders tell what came before what; times are virtual. */
export type Seen = {
  readonly asked: Asked;
  readonly byHand: boolean;
  /** The isolate that served it, or empty. */
  readonly by: string;
  readonly begun: number;
  readonly begunAt: number;
  /** When what it did counts everywhere; null while it is under way. */
  answered: number | null;
  answeredAt: number | null;
  answer: Answer | null;
};

/** A session that the service gave to somebody. */
export type Session = {
  readonly id: SessionId;
  readonly user: UserId;
  readonly openedBy: Seen;
  /** When it was opened or last refreshed with success: idle time counts from there. */
  usedAt: number;
  /** Each token that was answered, and which one in the chain it is. */
  readonly generations: Map<string, number>;
  readonly refreshes: Seen[];
};

/** All that anybody was told, in order: what the invariants are about. */
export class Ledger {
  readonly sessions = new Map<SessionId, Session>();
  readonly all: Seen[] = [];
  /** Access tokens that the service made, in order, whether or not anybody got them. */
  readonly issued: { readonly token: string; readonly claims: AccessTokenClaims }[] = [];
  /** Of all configurations so far. */
  readonly policies: () => readonly RefreshPolicy[];
  readonly #scheduler: Scheduler;
  readonly #registers = new Map<string, Register<string | boolean>>();
  /** Told of every answer, once the ledger knows of it. */
  onAnswer: (seen: Seen) => void = () => undefined;
  #order = 0;

  constructor(scheduler: Scheduler, policies: () => readonly RefreshPolicy[]) {
    this.#scheduler = scheduler;
    this.policies = policies;
  }

  begin(asked: Asked, byHand = false, by = ""): Seen {
    const [begun, begunAt] = [this.next(), this.#scheduler.now];
    const seen: Seen = {
      asked,
      byHand,
      by,
      begun,
      begunAt,
      answered: null,
      answeredAt: null,
      answer: null,
    };
    this.all.push(seen);
    if (asked.what === "refresh") this.sessions.get(asked.session)?.refreshes.push(seen);
    for (const [register, value] of this.#written(asked)) register.begin(seen, value);
    return seen;
  }

  answer(seen: Seen, answer: Answer): void {
    seen.answered = this.next();
    seen.answeredAt = this.#scheduler.now;
    seen.answer = answer;
    if (answer.kind === "ok") this.#learn(seen, answer);
    this.onAnswer(seen);
  }

  next(): number {
    this.#order += 1;
    return this.#order;
  }

  status = (user: UserId): Register<string | boolean> => this.#register(`status of ${user}`);
  password = (user: UserId): Register<string | boolean> => this.#register(`password of ${user}`);
  /** True while a second factor is asked for. */
  factor = (user: UserId): Register<string | boolean> => this.#register(`factor of ${user}`);
  role = (user: UserId, role: string): Register<string | boolean> =>
    this.#register(`${role} of ${user}`);

  program = (id: ServiceAccountId): Register<string | boolean> => this.#register(`status of ${id}`);
  /** True while it works. */
  secret = (id: string): Register<string | boolean> => this.#register(`secret ${id}`);

  #register(name: string): Register<string | boolean> {
    const register = this.#registers.get(name) ?? new Register<string | boolean>();
    this.#registers.set(name, register);
    return register;
  }

  #written(asked: Asked): readonly [Register<string | boolean>, string | boolean][] {
    const { user } = asked;
    switch (asked.what) {
      case "set status":
        return [[this.status(user), asked.status]];
      case "delete":
        return [[this.status(user), "deleted"]];
      case "set password":
      case "change password":
        return [[this.password(user), asked.password]];
      case "redeem":
        if (asked.kind === "reset") return [[this.password(user), asked.password ?? ""]];
        if (!isVoided(asked)) return [];
        return [
          [this.password(user), ""],
          [this.factor(user), false],
        ];
      case "confirm factor":
        return [[this.factor(user), true]];
      case "remove factor":
      case "reset factors":
        return [[this.factor(user), false]];
      case "set program":
        return [[this.program(asked.program), asked.status]];
      case "end secret":
        return [[this.secret(asked.secret), false]];
      case "set role":
        return [[this.role(user, asked.role), asked.holds]];
      default:
        return [];
    }
  }

  #learn(seen: Seen, { tokens }: Extract<Answer, { kind: "ok" }>): void {
    if (tokens === undefined) return;
    this.issued.push({ token: tokens.accessToken, claims: tokens.claims });
    const { asked } = seen;
    const { sub: user, sid: id } = tokens.claims;
    if (id === undefined) return;
    const known = this.sessions.get(id as SessionId);
    const session: Session = known ?? {
      id: id as SessionId,
      user: user as UserId,
      openedBy: seen,
      usedAt: 0,
      generations: new Map(),
      refreshes: [],
    };
    this.sessions.set(session.id, session);
    session.usedAt = Math.max(session.usedAt, seen.begunAt);
    const spent = asked.what === "refresh" ? session.generations.get(asked.presented) : undefined;
    const generation = spent === undefined ? 0 : spent + 1;
    if (!session.generations.has(tokens.refreshToken)) {
      session.generations.set(tokens.refreshToken, generation);
    }
  }
}

/** Whether the password of an account is void once its address is verified so. */
const isVoided = ({ kind, password }: Extract<Asked, { what: "redeem" }>): boolean =>
  kind === "verify" && password === null;

/** Whether an act ends a session, once it is done. */
export function ends({ asked }: Seen, { id, user }: Session): boolean {
  if (asked.user !== user) return false;
  switch (asked.what) {
    case "logout":
      if (asked.scope === "global") return true;
      return (asked.scope === "local") === (asked.session === id);
    case "change password":
    case "set password":
    case "end sessions":
    case "delete":
      return true;
    case "set status":
      return asked.status === "disabled";
    case "redeem":
      return asked.kind === "reset" || isVoided(asked);
    default:
      return false;
  }
}

/** The same of an act that ends sessions only if there was a second factor to take. */
export function mayEnd(seen: Seen, session: Session): boolean {
  const { asked } = seen;
  if (asked.user !== session.user) return false;
  if (asked.what === "reset factors") return true;
  if (asked.what === "remove factor") return asked.session !== session.id;
  return ends(seen, session);
}
