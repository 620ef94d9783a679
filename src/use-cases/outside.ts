/**
 * A store or a peer did not answer, so the outcome is unknown. Every adapter throws this and
 * nothing else for an outage; the API answers 503. Refusals are results, never thrown.
 */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly dependency: string;
  readonly retryAfter: number | null;

  /** @param retryAfter seconds that the peer asked to be left alone for, or null */
  constructor(dependency: string, cause?: unknown, retryAfter: number | null = null) {
    super(`${dependency} is unavailable`, { cause });
    this.dependency = dependency;
    this.retryAfter = retryAfter;
  }
}

/**
 * A state that only a mistake can cause, in the code or by hand in D1. It is no outage, so the API
 * answers 500. The log shows the code and what it is about.
 */
export class Impossible extends Error {
  override readonly name = "Impossible";
  readonly code: string;
  readonly about: string | null;

  /**
   * @param code a constant: nothing that was read or sent
   * @param about the id of a row, or names in the schema, for the log
   */
  constructor(code: string, about: string | null = null) {
    super(code);
    this.code = code;
    this.about = about;
  }
}

/** Unix milliseconds. */
export type Clock = () => number;

/** Cryptographically secure. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** Work that begins after the reply, or at least does not hold it up, and may be lost. */
export type Defer = (work: () => Promise<unknown>) => void;
