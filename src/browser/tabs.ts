/** What a sign-in or a refresh answers. */
type Tokens = {
  readonly access_token: string;
  readonly expires_in: number;
  readonly session_id: string;
};

/** Why a tab's session is gone: signed out, ended by others, or replaced by a sign-in elsewhere. */
export type Reason = "signed_out" | "ended" | "replaced";

/** What tabs tell each other. */
type Told =
  | { readonly kind: "token"; readonly serial: string; readonly tokens: Tokens }
  | { readonly kind: "asked"; readonly serial: string }
  | { readonly kind: "forgotten"; readonly reason: Reason };

type Kept = { readonly tokens: Tokens; readonly serial: string; age(): number };

/** Milliseconds in which a tab that has the token says so. */
const HEARD = 300;

/**
 * The access token that the tabs of one app share: in memory, told by `BroadcastChannel`, renewed by
 * one tab at a time (Web Locks). Storage has a serial alone, by which a tab knows that another one
 * has a newer token.
 */
export class Tabs {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #onGone: (reason: Reason) => void;
  #kept: Kept | null = null;
  #waiting: (() => void)[] = [];

  constructor(service: string, onGone: (reason: Reason) => void) {
    this.#name = `auth-service ${service}`;
    this.#onGone = onGone;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
  }

  /** Runs one of these at a time, in all tabs together. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return navigator.locks.request(this.#name, work) as Promise<T>;
  }

  /** The token, unless it ends within a margin of milliseconds. */
  token(margin: number): string | null {
    if (this.#kept === null) return null;
    const { tokens, age } = this.#kept;
    return age() < tokens.expires_in * 1_000 - margin ? tokens.access_token : null;
  }

  /** The same of the token that any tab was given last; null where no tab has it. */
  async latest(margin: number): Promise<string | null> {
    const serial = this.#serial();
    if (serial !== null && serial !== this.#kept?.serial) {
      this.#tell({ kind: "asked", serial });
      await new Promise<void>((done) => {
        this.#waiting.push(done);
        setTimeout(done, HEARD);
      });
    }
    return this.#serial() === this.#kept?.serial ? this.token(margin) : null;
  }

  keep(tokens: Tokens): string {
    const serial = crypto.randomUUID();
    this.#take(tokens, serial);
    localStorage.setItem(this.#name, serial);
    this.#tell({ kind: "token", serial, tokens });
    return tokens.access_token;
  }

  forget(reason: Reason): void {
    // Who was never signed in is told nothing.
    if (this.#serial() === null && this.#kept === null) return;
    localStorage.removeItem(this.#name);
    this.#tell({ kind: "forgotten", reason });
    this.#kept = null;
    this.#onGone(reason);
  }

  #serial(): string | null {
    return localStorage.getItem(this.#name);
  }

  #tell(told: Told): void {
    this.#channel.postMessage(told);
  }

  #hear(told: Told): void {
    if (told.kind === "asked") {
      const kept = this.#kept;
      // Its age is this tab's to know: what is left of it is told.
      if (kept?.serial === told.serial) this.#tell({ kind: "token", ...leftOf(kept) });
      return;
    }
    const before = this.#kept?.tokens.session_id;
    if (told.kind === "token") this.#take(told.tokens, told.serial);
    else this.#kept = null;
    for (const done of this.#waiting.splice(0)) done();
    const isOther = told.kind === "token" && told.tokens.session_id !== before;
    if (before === undefined) return;
    if (told.kind === "forgotten") this.#onGone(told.reason);
    else if (isOther) this.#onGone("replaced");
  }

  /**
   * The life of a token is measured, not read: the clock of the device may be wrong. Of two measures
   * the longer counts, since one of them stands still while the device sleeps.
   */
  #take(tokens: Tokens, serial: string): void {
    const since = { monotonic: performance.now(), clock: Date.now() };
    const age = () => Math.max(performance.now() - since.monotonic, Date.now() - since.clock);
    this.#kept = { tokens, serial, age };
  }
}

const leftOf = ({ tokens, serial, age }: Kept) => ({
  serial,
  tokens: { ...tokens, expires_in: tokens.expires_in - age() / 1_000 },
});
