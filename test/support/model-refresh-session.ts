import { sessionIdOf } from "../../src/domain/ids.ts";
import {
  decideRefresh,
  isRefreshable,
  newSession,
  type RefreshPolicy,
  type RefreshSession,
} from "../../src/domain/sessions/refresh-session.ts";

export type Step =
  | {
      readonly present: "current" | "previous" | "older" | "foreign";
      /** The newest root secret at the time: a successor derived under another is another. */
      readonly secretVersion: number;
    }
  | { readonly by: number }
  /** The limits that somebody configured anew. */
  | { readonly policy: RefreshPolicy };

export const START = 1_000;

/**
 * Plays a history with the rules as they are and, beside it, with a model that remembers what the
 * rules do not: every token that was ever handed out.
 */
export class RefreshHistory {
  policy: RefreshPolicy;
  now = START;
  /** When the session ends, as the last reply to a use told it. */
  announced: number;
  /** What the rules answered to the last step, and what the model did. */
  answer = "none";
  expected = "none";
  /** Whether the token presented last could be refreshed, asked just before. */
  wasRefreshable: boolean | null = null;
  before: RefreshSession | null = null;
  after: RefreshSession | null;
  wasReused = false;
  /** Generations between the token presented last and the newest; null when none was presented. */
  presentedAge: number | null = null;
  /** The successors that each token was answered with. */
  readonly successors = new Map<string, Set<string>>();
  /** The latest moment at which a current token was presented and accepted. */
  latestUse = START;
  readonly #tokens: string[] = ["t0"];
  #rotatedAt = 0;
  #window = 0;

  constructor(policy: RefreshPolicy) {
    this.policy = policy;
    const first = { hash: "t0", secretVersion: 1 };
    this.after = newSession(sessionIdOf("A".repeat(22)), first, START, policy);
    this.announced = START + Math.min(policy.idleTtl, policy.absoluteTtl);
  }

  take(step: Step): void {
    this.answer = "none";
    this.expected = "none";
    this.presentedAge = null;
    this.wasRefreshable = null;
    if ("by" in step) this.now += step.by;
    else if ("policy" in step) this.policy = step.policy;
    else this.#present(this.#token(step.present), step.secretVersion);
  }

  /** A token that is not old enough to exist is replaced by the oldest there is. */
  #token(which: "current" | "previous" | "older" | "foreign"): string {
    if (which === "foreign") return "foreign";
    const age = { current: 0, previous: 1, older: 2 }[which];
    return this.#tokens.at(-1 - age) ?? "t0";
  }

  #present(token: string, secretVersion: number): void {
    this.presentedAge = token === "foreign" ? 99 : this.#age(token);
    this.expected = this.#judge();
    this.before = this.after;
    const successor = { hash: `${token}.${secretVersion}`, secretVersion };
    const presented = { hash: token, device: { ip: null, userAgent: null } };
    this.wasRefreshable = isRefreshable(this.after, token, this.now);
    const decision = decideRefresh(this.after, presented, successor, this.now, this.policy);
    this.answer = decision.kind;
    if (decision.kind === "reuse") {
      this.after = null;
      this.wasReused = true;
    }
    if (!("session" in decision)) return;
    this.after = decision.session;
    const known = this.successors.get(token) ?? new Set();
    this.successors.set(token, known.add(decision.session.current.hash));
    if (decision.kind === "rotate") this.#follow(decision.session.current.hash);
  }

  #follow(successor: string): void {
    this.#tokens.push(successor);
    this.#rotatedAt = this.now;
    this.#window = this.policy.replayWindow;
    this.latestUse = Math.max(this.latestUse, this.now);
    const { absoluteTtl, idleTtl } = this.policy;
    const limit = Math.min(START + absoluteTtl, this.latestUse + idleTtl);
    if (limit > this.announced) this.announced = limit;
  }

  #age(token: string): number {
    return this.#tokens.length - 1 - this.#tokens.lastIndexOf(token);
  }

  #judge(): string {
    if (this.wasReused) return "unknown";
    if (this.now >= this.announced) return "expired";
    if (this.presentedAge === 0) return "rotate";
    const since = Math.max(0, this.now - this.#rotatedAt);
    return this.presentedAge === 1 && since < this.#window ? "replay" : "reuse";
  }
}
