import { isYounger } from "../../domain/time.ts";
import type { AccessTokenClaims } from "../../domain/tokens/access-token.ts";
import type { Clock } from "../../use-cases/outside.ts";
import type { LiveAccount, LiveAuthority, Liveness } from "../../use-cases/tokens/ports.ts";
import { ROLES_MAX_AGE } from "../config/constants.ts";

/** Sessions of which an isolate remembers what their accounts said last. */
export const MAX_REMEMBERED_VERDICTS = 10_000;

type Remembered = {
  readonly authority: LiveAuthority | null;
  readonly askedAt: number;
  /** Which of two answers was asked for later: the clock may jump back, this does not. */
  readonly order: number;
};

/**
 * What the accounts said last, by account and session, for callers who take an answer of some age.
 * The memory is bounded, and keeps no address; an answer never replaces one that was asked for
 * later.
 *
 * @param ask the account's own judgement now: its authority, or null when the token is dead
 */
export function liveness(
  ask: (claims: AccessTokenClaims, withEmail: boolean) => Promise<LiveAccount | null>,
  clock: Clock,
): Liveness {
  const remembered = new Map<string, Remembered>();
  let asked = 0;

  const remember = (key: string, answer: Remembered): void => {
    const known = remembered.get(key);
    if (known !== undefined && known.order > answer.order) return;
    remembered.delete(key); // the last one written is the last one dropped
    remembered.set(key, answer);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED_VERDICTS && oldest !== undefined)
      remembered.delete(oldest);
  };

  const askNow = async (claims: AccessTokenClaims, withEmail: boolean) => {
    const askedAt = clock();
    const order = ++asked;
    const account = await ask(claims, withEmail);
    remember(keyOf(claims), { authority: withoutEmail(account), askedAt, order });
    return account;
  };

  return {
    async ask(claims, maxAge) {
      const known = remembered.get(keyOf(claims));
      if (known !== undefined && isYoung(known, clock(), maxAge)) return known.authority;
      return askNow(claims, false);
    },
    askWithEmail: (claims) => askNow(claims, true),
  };
}

const keyOf = ({ sub, sid }: AccessTokenClaims): string => `${sub} ${sid ?? ""}`;

function withoutEmail(account: LiveAccount | null): LiveAuthority | null {
  if (account === null || account.verifiedEmail === undefined) return account;
  const { verifiedEmail: _, ...authority } = account;
  return authority;
}

/**
 * A program's permissions are part of its answer, so it is kept no longer than a copy of a role.
 */
function isYoung({ authority, askedAt }: Remembered, now: number, maxAge: number): boolean {
  const limit = authority?.program === undefined ? maxAge : Math.min(maxAge, ROLES_MAX_AGE);
  return isYounger(askedAt, now, limit);
}
