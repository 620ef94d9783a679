/** What a sign-in, a refresh or a step-up answers. */
type Tokens = { readonly access_token: string; readonly expires_in: number };

/** Why somebody is gone: signed out, ended by others, or replaced by somebody else. */
export type Reason = "signed_out" | "ended" | "replaced";

/** What tabs tell each other; of the token that storage has the serial of, or it is passed over. */
type Told =
  | { readonly kind: "token"; readonly serial: string; readonly tokens: Tokens }
  | { readonly kind: "asked"; readonly serial: string }
  | { readonly kind: "forgotten"; readonly serial: string; readonly reason: Reason };

type Kept = {
  readonly tokens: Tokens;
  readonly serial: string;
  readonly user: string;
  age(): number;
};

/** Stands in storage, with the reason, where a serial stood. */
const GONE = "gone ";

/** Milliseconds in which a tab that has the token says so, if there still is one. */
const HEARD = 300;

/** The same where another tab just had its turn: then there is one, and what it tells is on its way. */
const HEARD_AFTER_TURN = 1_000;

/**
 * The access token that the tabs of one app share: in memory, told by `BroadcastChannel`, renewed by
 * one tab at a time (Web Locks). Storage has the serial of the token that counts; one of another
 * serial, in memory or in a message that is late, does not.
 */
export class Tabs {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #onGone: (reason: Reason) => void;
  #kept: Kept | null = null;
  /** Told last, and taken once storage has its serial. */
  #told: { readonly serial: string; readonly tokens: Tokens } | null = null;
  /** What storage would have, where it is full or closed to the app: each tab is then by itself. */
  #alone: string | null = null;
  #waiting: (() => void)[] = [];

  constructor(service: string, onGone: (reason: Reason) => void) {
    this.#name = `auth-service ${service}`;
    this.#onGone = onGone;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    // Storage reaches another process later than a message; a tab that was frozen missed messages.
    for (const event of ["storage", "pageshow", "visibilitychange"]) {
      globalThis.addEventListener(event, () => this.#catchUp());
    }
  }

  /**
   * Runs one of these at a time, in all tabs together.
   *
   * @param work hears whether it had to wait for its turn
   */
  async inTurn<T>(work: (hasWaited: boolean) => Promise<T>): Promise<T> {
    const { locks } = navigator;
    const atOnce = await locks.request(this.#name, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { done: await work(false) },
    );
    return atOnce === null
      ? (locks.request(this.#name, () => work(true)) as Promise<T>)
      : atOnce.done;
  }

  /** Whose page this tab shows, or null. */
  user(): string | null {
    this.#noticeSignOut();
    return this.#kept?.user ?? null;
  }

  /** Milliseconds since this tab has the token. */
  age(): number {
    return this.#kept?.age() ?? 0;
  }

  /** The token, unless it ends within a margin of milliseconds or another one counts. */
  token(margin: number): string | null {
    this.#noticeSignOut();
    const kept = this.#kept;
    if (kept === null || kept.serial !== this.#stored()) return null;
    const life = kept.tokens.expires_in * 1_000;
    return kept.age() < life - Math.min(margin, life / 4) ? kept.tokens.access_token : null;
  }

  /**
   * The same of the token that any tab was given last; null where no tab has it.
   *
   * @param hasWaited whether another tab had its turn just now, and may have told what came of it
   */
  async latest(margin: number, hasWaited: boolean): Promise<string | null> {
    const own = this.token(margin);
    const serial = this.#stored();
    const isBehind = serial !== null && serial !== this.#kept?.serial;
    if (own !== null || !(isBehind || hasWaited)) return own;
    if (isBehind) this.#tell({ kind: "asked", serial });
    await new Promise<void>((done) => {
      this.#waiting.push(done);
      setTimeout(done, hasWaited ? HEARD_AFTER_TURN : HEARD);
    });
    return this.token(margin);
  }

  /** @param by whether this tab asked for just these, and so knows whose they are */
  keep(tokens: Tokens, by: "own" | "cookie" = "cookie"): string {
    const serial = crypto.randomUUID();
    this.#store(serial);
    if (by === "own") this.#kept = null;
    this.#take(tokens, serial);
    this.#tell({ kind: "token", serial, tokens });
    return tokens.access_token;
  }

  forget(reason: Reason): void {
    const serial = this.#stored();
    // Who was never signed in is told nothing.
    if (serial === null && this.#kept === null) return;
    this.#store(`${GONE}${reason}`);
    if (serial !== null) this.#tell({ kind: "forgotten", serial, reason });
    this.#drop(reason);
  }

  /** The serial that counts; null where nobody is signed in. */
  #stored(): string | null {
    const text = this.#read();
    return text?.startsWith(GONE) ? null : text;
  }

  #read(): string | null {
    try {
      return this.#alone ?? localStorage.getItem(this.#name);
    } catch {
      return null;
    }
  }

  #store(text: string): void {
    try {
      localStorage.setItem(this.#name, text);
    } catch {
      this.#alone = text;
    }
  }

  /** Storage may tell of it before a message does; what was emptied says nothing of the reason. */
  #noticeSignOut(): void {
    if (this.#kept === null || this.#stored() !== null) return;
    this.#drop(this.#read() === `${GONE}ended` ? "ended" : "signed_out");
  }

  #drop(reason: Reason): void {
    if (this.#kept === null) return;
    this.#kept = null;
    this.#onGone(reason);
  }

  #tell(told: Told): void {
    this.#channel.postMessage(told);
  }

  #hear(told: Told): void {
    const kept = this.#kept;
    if (told.kind === "asked") {
      // Its age is this tab's to know: what is left of it is told.
      if (kept?.serial === told.serial) this.#tell({ kind: "token", ...leftOf(kept) });
      return;
    }
    if (told.kind === "token") this.#told = told;
    else if (kept?.serial === told.serial) this.#drop(told.reason);
    this.#catchUp();
  }

  #catchUp(): void {
    this.#noticeSignOut();
    const told = this.#told;
    if (told === null || told.serial !== this.#stored()) return;
    this.#told = null;
    if (told.serial !== this.#kept?.serial) this.#take(told.tokens, told.serial);
    for (const done of this.#waiting.splice(0)) done();
  }

  /**
   * The life of a token is measured, not read: the clock of the device may be wrong. Of two measures
   * the longer counts, since one of them stands still while the device sleeps.
   */
  #take(tokens: Tokens, serial: string): void {
    const since = { monotonic: performance.now(), clock: Date.now() };
    const age = () => Math.max(performance.now() - since.monotonic, Date.now() - since.clock);
    const before = this.#kept?.user ?? null;
    const user = subjectOf(tokens.access_token);
    this.#kept = { tokens, serial, user, age };
    if (before !== null && before !== user) this.#onGone("replaced");
  }
}

/** Whose a token is (RFC 7519, section 4.1.2), which the service that gave it is believed in. */
function subjectOf(token: string): string {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(payload)).sub;
}

const leftOf = ({ tokens, serial, age }: Kept) => ({
  serial,
  tokens: { ...tokens, expires_in: tokens.expires_in - age() / 1_000 },
});
