/** Milliseconds for which a mailed code works. */
export const CODE_LIFETIME = 10 * 60 * 1_000;

/** Tries at one code: of eight digits nobody guesses one in so few. */
export const MAX_CODE_TRIES = 5;

/** One sign-in by a mailed code, as far as codes were tried. */
export type CodeFlow = {
  readonly tries: number;
  /** Its code was right once. */
  readonly isSpent: boolean;
  /** When its code works no more, and it is forgotten (Unix milliseconds). */
  readonly endsAt: number;
};

/**
 * Counts a try before the code is compared.
 *
 * @returns null when there may be none
 */
export function tryCode(known: CodeFlow | null, endsAt: number, now: number): CodeFlow | null {
  if (endsAt <= now) return null;
  if (known === null) return { tries: 1, isSpent: false, endsAt };
  if (known.isSpent || known.tries >= MAX_CODE_TRIES) return null;
  return { ...known, tries: known.tries + 1 };
}
