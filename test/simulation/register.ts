import type { Seen } from "./ledger.ts";

type Write<V> = { readonly seen: Seen | null; readonly value: V };

/**
 * Everything that was written to one field, and so what a reader may see: a value whose write may
 * not have been followed yet, for certain, by another one that the reader must know of.
 */
export class Register<V> {
  readonly #writes: Write<V>[] = [];

  /** What it held before anybody wrote. */
  start(value: V): void {
    this.#writes.push({ seen: null, value });
  }

  begin(seen: Seen, value: V): void {
    this.#writes.push({ seen, value });
  }

  /** Whether somebody who asked from `begun` on, and had an answer by then, may see a value. */
  allows(value: V, begun: number, answered: number): boolean {
    return this.#writes.some(
      (write) =>
        write.value === value &&
        mayBeMade(write, answered) &&
        !this.#writes.some((later) => isOver(write, later, begun)),
    );
  }

  /** All that a reader may see who asks now, when all is calm. */
  values(now: number): V[] {
    const all = this.#writes.map(({ value }) => value);
    return [...new Set(all)].filter((value) => this.allows(value, now, now));
  }
}

function mayBeMade<V>({ seen }: Write<V>, by: number): boolean {
  if (seen === null) return true;
  return seen.begun < by && seen.answer?.kind !== "refused";
}

/** Whether one was made for certain after the other, and counts for whoever asks from then on. */
function isOver<V>(write: Write<V>, later: Write<V>, begun: number): boolean {
  const { seen } = later;
  if (seen?.answer?.kind !== "ok" || seen.answered === null) return false;
  return seen.answered < begun && endOf(write) < seen.begun;
}

/** From when on a write is made for certain; one whose outcome is unknown may always come late. */
function endOf<V>({ seen }: Write<V>): number {
  if (seen === null) return 0;
  // A row is changed at once; factors are the object's, and are lost when it hears of it.
  if (seen.byHand && seen.asked.what !== "reset factors") return seen.begun;
  const isKnown = seen.answer !== null && seen.answer.kind === "ok";
  return isKnown ? (seen.answered ?? Infinity) : Infinity;
}
