import type { PasswordHasher } from "../../use-cases/credentials/ports.ts";
import { type Clock, Unavailable } from "../../use-cases/outside.ts";

/** How many may stand in line: some ten seconds of hashing. Whoever would wait longer is gone. */
const LONGEST_LINE = 32;

/** Milliseconds between two looks at the line, for whoever is next; others look as less often. */
const LOOK = 10;

/** Milliseconds after which whoever waits is sent away: a busy isolate hashes when it finds time. */
const LONGEST_WAIT = 10_000;

/** Milliseconds after which whoever waits and did not look is passed over: its client has gone. */
const GONE = 3_000;

/** Milliseconds after which a hash is thought to have been dropped. None takes as long. */
const LOST = 10_000;

/** Keeps a request's work going when its client has gone. */
type Outlive = (work: Promise<unknown>) => void;

type Place = { readonly since: number; seenAt: number; isHashing: boolean };

const tooMany = () => new Unavailable("password hashing");

/**
 * One hash at a time in an isolate, first come first served: each needs 32 MiB, and once others may
 * go on beside it, nothing else keeps a second one from beginning.
 *
 * @throws Unavailable, by each of its methods, when the line is too long or too slow
 */
export function hashingInTurn(
  hasher: PasswordHasher,
  clock: Clock,
  outlive: Outlive,
): PasswordHasher {
  const line = new Line(clock);

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (line.length >= LONGEST_LINE) throw tooMany();
    return line.take(async () => {
      // A half that nobody goes on with would hold the line up.
      const hash = work();
      outlive(hash);
      return hash;
    });
  };

  return {
    hash: (password) => inTurn(() => hasher.hash(password)),
    verify: (password, stored) => inTurn(() => hasher.verify(password, stored)),
    verifyNothing: (password) => inTurn(() => hasher.verifyNothing(password)),
  };
}

/**
 * Whoever waits looks again and again instead of being called. The runtime drops what a request
 * would go on with when its client has gone, and a call that nobody answers would stop the line.
 */
class Line {
  readonly #clock: Clock;
  #places: Place[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#places.length;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const now = this.#clock();
    const place = { since: now, seenAt: now, isHashing: false };
    try {
      for (let before = this.#before(place); before > 0; before = this.#before(place)) {
        if (place.seenAt - place.since > LONGEST_WAIT) throw tooMany();
        await new Promise((resolve) => setTimeout(resolve, LOOK * before));
      }
      place.isHashing = true;
      return await work();
    } finally {
      this.#places = this.#places.filter((other) => other !== place);
    }
  }

  /** How many come first. A newcomer comes last, and so does whoever was passed over meanwhile. */
  #before(place: Place): number {
    const now = this.#clock();
    place.seenAt = now;
    this.#places = this.#places.filter(
      ({ seenAt, isHashing }) => now - seenAt < (isHashing ? LOST : GONE),
    );
    if (!this.#places.includes(place)) this.#places.push(place);
    return this.#places.indexOf(place);
  }
}
