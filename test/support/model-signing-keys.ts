import {
  currentKey,
  planRotation,
  publishedKeys,
  type SigningKey,
  type SigningKeyPolicy,
  withdrawnKeys,
} from "../../src/domain/keys/signing-key.ts";

export type Step =
  | { readonly do: "start"; readonly force: boolean }
  /** Takes one run a step further. */
  | { readonly do: "advance"; readonly run: number }
  | { readonly do: "crash"; readonly run: number }
  | { readonly do: "finish"; readonly run: number }
  | { readonly do: "revoke"; readonly key: number }
  /** Isolates that start from now on have another configuration. */
  | { readonly do: "configure"; readonly policy: Partial<SigningKeyPolicy> }
  | { readonly do: "clock"; readonly by: number }
  | { readonly do: "sign" };

type Run = { readonly steps: Generator<undefined, void, undefined>; readonly startedAt: number };
type Token = { readonly kid: string; readonly signedAt: number };

/** What is known of a key beyond its row. */
export type KeyHistory = {
  /** The reading at which it was first published. */
  publishedAt: number | null;
  /** The first reading at which it was seen to sign. */
  firstSigned: number | null;
  revoked: boolean;
  /** How long it was to be public before it signs, by the policy it was scheduled under. */
  publishAhead: number;
  /** True when it was told to sign while no other key that had signed was good. */
  isEmergency: boolean;
};

/**
 * Keys in an array, and runs that carry the plan out on it step by step as the use case does on
 * D1 and KV: any number at once, each of which may die between two steps. No run outlives the
 * shorter of the policy's delays: the platform ends an invocation long before.
 */
export class KeyWorld {
  now = 1_000_000;
  keys: SigningKey[] = [];
  readonly tokens: Token[] = [];
  readonly histories = new Map<string, KeyHistory>();
  /** Told to sign sooner than the policy allows although another key could have gone on. */
  readonly tooSoon: string[] = [];
  /** The kids that signed, in the order in which each first did. */
  readonly signers: string[] = [];
  policy: SigningKeyPolicy;
  #runs: Run[] = [];
  #made = 0;

  constructor(policy: SigningKeyPolicy) {
    this.policy = policy;
  }

  take(step: Step): void {
    if (step.do === "start") {
      this.#runs.push({ steps: this.#run(step.force), startedAt: this.now });
    }
    if (step.do === "advance") this.#pick(step.run)?.steps.next();
    if (step.do === "crash") this.#runs = this.#runs.filter((run) => run !== this.#pick(step.run));
    if (step.do === "finish") exhaust(this.#pick(step.run)?.steps);
    if (step.do === "revoke") this.#revoke(step.key);
    if (step.do === "configure") this.policy = { ...this.policy, ...step.policy };
    if (step.do === "clock") this.#moveClock(step.by);
    if (step.do === "sign") this.#sign();
    this.#watch();
  }

  /** A run of its own from start to end, while nothing else happens. */
  runAlone(force = false): void {
    exhaust(this.#run(force));
    this.#watch();
  }

  history(kid: string): KeyHistory {
    const known = this.histories.get(kid);
    if (known === undefined) throw new Error(`no such key ever was: ${kid}`);
    return known;
  }

  #moveClock(by: number): void {
    this.now += by;
    const longest = Math.min(this.policy.publishAhead, this.policy.tokenLifetime);
    this.#runs = this.#runs.filter(({ startedAt }) => Math.abs(this.now - startedAt) < longest);
  }

  #pick(index: number): Run | undefined {
    return this.#runs[index % Math.max(this.#runs.length, 1)];
  }

  /** The steps of the use case, at each of which it may stop for good. */
  *#run(force: boolean, policy = this.policy): Run["steps"] {
    const { create, withdraw } = planRotation(this.keys, this.now, policy, force);
    for (const kid of withdraw) {
      yield;
      this.#withdraw(kid);
    }
    yield;
    if (create !== null) this.#create(create.sequence, policy);
    yield;
    const listed = [...this.keys];
    yield;
    this.#publish(listed, policy);
    yield;
    const plannedAt = this.now;
    const plan = planRotation(listed, plannedAt, policy);
    for (const { kid, signsFrom } of plan.schedule) {
      yield;
      this.#schedule(kid, signsFrom, signsFrom - plannedAt, policy);
    }
    for (const kid of plan.remove) {
      yield;
      this.keys = this.keys.filter((key) => key.kid !== kid);
    }
  }

  #create(sequence: number, { alg }: SigningKeyPolicy): void {
    if (this.keys.some((key) => key.sequence === sequence)) return;
    const kid = `k${++this.#made}`;
    this.keys.push({ kid, alg, sequence, createdAt: this.now, signsFrom: null, revokedAt: null });
    this.histories.set(kid, {
      publishedAt: null,
      firstSigned: null,
      revoked: false,
      publishAhead: 0,
      isEmergency: false,
    });
  }

  #publish(listed: readonly SigningKey[], policy: SigningKeyPolicy): void {
    for (const { kid } of publishedKeys(listed, this.now, policy)) {
      this.history(kid).publishedAt ??= this.now;
    }
  }

  /** Sets the time, or brings it forward; never for a revoked key. */
  #schedule(kid: string, signsFrom: number, ahead: number, policy: SigningKeyPolicy): void {
    this.keys = this.keys.map((key) => {
      const isLater = key.signsFrom === null || key.signsFrom > signsFrom;
      if (key.kid !== kid || key.revokedAt !== null || !isLater) return key;
      this.#judgeSchedule(kid, ahead, policy);
      return { ...key, signsFrom };
    });
  }

  #judgeSchedule(kid: string, ahead: number, { publishAhead }: SigningKeyPolicy): void {
    const history = this.history(kid);
    history.publishAhead = publishAhead;
    if (ahead >= publishAhead) return;
    history.isEmergency = true;
    const last = this.signers.at(-1);
    const couldGoOn = last !== undefined && !this.history(last).revoked;
    if (couldGoOn && history.firstSigned === null) this.tooSoon.push(kid);
  }

  #withdraw(kid: string): void {
    this.keys = this.keys.map((key) => {
      const isWaiting = key.signsFrom === null || this.now < key.signsFrom;
      if (key.kid !== kid || key.revokedAt !== null || !isWaiting) return key;
      this.history(kid).revoked = true;
      return { ...key, revokedAt: this.now };
    });
  }

  #revoke(index: number): void {
    const revoked = this.keys[index % Math.max(this.keys.length, 1)];
    if (revoked === undefined) return;
    this.history(revoked.kid).revoked = true;
    this.keys = this.keys.map((key) =>
      key === revoked ? { ...key, revokedAt: key.revokedAt ?? this.now } : key,
    );
  }

  /** A signer runs the rotation where no key signs or one must not, as the service does. */
  #sign(): void {
    const isWithdrawn = withdrawnKeys(this.keys, this.now, this.policy).length > 0;
    if (isWithdrawn || currentKey(this.keys, this.now) === null) exhaust(this.#run(false));
    const signer = currentKey(this.keys, this.now);
    if (signer !== null) this.tokens.push({ kid: signer.kid, signedAt: this.now });
  }

  #watch(): void {
    const signer = currentKey(this.keys, this.now);
    if (signer === null) return;
    const history = this.history(signer.kid);
    history.firstSigned ??= this.now;
    if (!this.signers.includes(signer.kid)) this.signers.push(signer.kid);
  }
}

function exhaust(steps: Run["steps"] | undefined): void {
  while (steps !== undefined && steps.next().done !== true);
}
