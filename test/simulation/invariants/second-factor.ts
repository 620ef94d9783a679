import type { Seen } from "../ledger.ts";
import type { World } from "../world.ts";
import type { Invariant } from "./invariant.ts";

type Act = Seen["asked"]["what"];

/** What opens a session by a first factor alone. */
const FIRST: ReadonlySet<Act> = new Set(["sign in", "finish code", "change password"]);

const claimsOf = ({ answer }: Seen) =>
  answer?.kind === "ok" ? (answer.tokens?.claims ?? null) : null;

/** A second factor is never walked around: not by a mailed code, an older session, a raced try. */
export const secondFactorAsked: Invariant = {
  name: "a second factor is asked for",
  watch: (world) => ({
    answered: (seen) =>
      isWalkedAround(world, seen) ? `"${seen.asked.what}" asked for none` : null,
  }),
};

function isWalkedAround({ ledger }: World, seen: Seen): boolean {
  const { asked, begun, answered } = seen;
  if (!FIRST.has(asked.what) || claimsOf(seen)?.acr !== "aal1") return false;
  return !ledger.factor(asked.user).allows(false, begun, answered ?? begun);
}

/** What proves something because a factor is there. A recovery code may be asked for again. */
const showsFactor = ({ asked }: Seen): boolean =>
  asked.what === "passkey" || ("proof" in asked && !asked.proof.startsWith("recovery_code"));

const isDone = ({ asked, answer, answered }: Seen, what: Act, before: number): boolean =>
  asked.what === what && answer?.kind === "ok" && (answered ?? Infinity) < before;

/** Factors that an administrator took, or an operator declared lost, prove nothing from then on. */
export const lostFactorsGone: Invariant = {
  name: "a factor that is gone proves nothing",
  watch: ({ ledger }) => ({
    answered(seen) {
      const { asked, answer } = seen;
      if (answer?.kind !== "ok" || !showsFactor(seen)) return null;
      const own = ledger.all.filter((act) => act.asked.user === asked.user);
      const reset = own.findLast((act) => isDone(act, "reset factors", seen.begun));
      const isNew = (act: Seen) =>
        act.asked.what === "confirm factor" &&
        act.answer?.kind !== "refused" &&
        (act.answered ?? Infinity) > (reset?.begun ?? 0);
      if (reset === undefined || own.some(isNew)) return null;
      return `"${asked.what}" was done by a factor that is gone`;
    },
  }),
};

/**
 * A code of a factor works once, whatever it is shown for. A recovery code opens one session, however
 * often the request comes.
 */
export const codesTakenOnce: Invariant = {
  name: "a code of a second factor is taken once",
  watch() {
    const taken = new Map<string, string>();
    return {
      answered(seen) {
        const { asked, answer } = seen;
        if (answer?.kind !== "ok" || !("proof" in asked)) return null;
        const proof = `${asked.user} ${asked.proof}`;
        const { sid = "" } = claimsOf(seen) ?? {};
        const before = taken.get(proof);
        taken.set(proof, sid);
        if (before === undefined) return null;
        const isRepeated = sid !== "" && before === sid && asked.proof.startsWith("recovery_code");
        return isRepeated ? null : `${asked.proof} was taken twice`;
      },
    };
  },
};

/** A passkey that counts its signatures: whatever was copied from it is noticed. */
export const copiesNoticed: Invariant = {
  name: "a copied authenticator is noticed",
  watch() {
    const taken: Seen[] = [];
    return {
      answered(seen) {
        const { asked, answer, begun } = seen;
        if (answer?.kind !== "ok" || !("key" in asked) || asked.signCount == null) return null;
        const { key, signCount } = asked;
        const isLater = ({ asked: one, answered }: Seen) =>
          "key" in one &&
          one.key === key &&
          (one.signCount ?? 0) >= signCount &&
          (answered ?? 0) < begun;
        const isBehind = taken.some(isLater);
        taken.push(seen);
        return isBehind ? `a signature of ${key} was taken after a later one` : null;
      },
    };
  },
};

/** Tokens say two factors where two were shown, from then on. */
export const assuranceShown: Invariant = {
  name: "tokens say what was proved, and keep saying it",
  watch() {
    /** By session, when a token first said two factors. */
    const raised = new Map<string, number>();
    return {
      answered(seen) {
        const claims = claimsOf(seen);
        if (claims === null) return null;
        const { sid = "", acr = "aal1", amr } = claims;
        const before = raised.get(sid) ?? Infinity;
        if (acr === "aal2" && before === Infinity) raised.set(sid, seen.answered ?? seen.begun);
        const { asked } = seen;
        if (asked.what === "passkey" && asked.isTouched) return "a touch was two factors";
        if ((acr === "aal2") !== amr.includes("mfa")) return `${acr} was said of ${amr}`;
        return said(asked.what, acr === "aal2", before < seen.begun);
      },
    };
  },
};

function said(what: Act, isTwo: boolean, wasTwo: boolean): string | null {
  switch (what) {
    case "refresh":
      return wasTwo && !isTwo ? "a refresh lowered what its session had proved" : null;
    case "sign in":
    case "finish code":
      return isTwo ? `"${what}" showed one factor, not two` : null;
    case "second factor":
    case "passkey":
      return isTwo ? null : "two factors were shown, not one";
    default:
      return null;
  }
}
