import { type ChangeVerdict, judgeChange } from "../../domain/accounts/account-change.ts";
import { type Authority, takeOver } from "../../domain/accounts/authority.ts";
import { clearAllProofs } from "../credentials/count-proofs.ts";
import { grantOf } from "../sessions/judge-session.ts";
import { isSettled, type JudgeDeps, knownAuthority, reconcile, settle } from "./keep-authority.ts";
import { openOnce } from "./open-session.ts";
import type { Addressed, ChangeAnswer, ChangeCommand } from "./ports.ts";

/** A change is tried again when the row was changed by other hands since it was last read. */
const MAX_ROUNDS = 3;

/**
 * Makes a change: an intent, one conditional update of D1, and a commit. Nothing else runs here
 * meanwhile, so no refresh can slip between the row and the copy.
 *
 * @throws Unavailable when D1 does not answer: the outcome is unknown, and the intent stays
 */
export function changeAccount(
  deps: JudgeDeps,
  to: Addressed,
  command: ChangeCommand,
): Promise<ChangeAnswer> {
  return deps.store.exclusively(async () => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (!isReady(deps, command)) await reconcile(deps, to);
      const answer = await attempt(deps, to, command);
      if (answer !== "moved") return answer;
    }
    return { kind: "conflict" };
  });
}

/**
 * False when the row must be read first. A copy of another version than the change was decided on
 * would refuse it for ever, where the row was changed, or turned back, by other hands.
 */
function isReady(deps: JudgeDeps, { changeId, ifVersion }: ChangeCommand): boolean {
  const known = knownAuthority(deps);
  const isOther = ifVersion !== null && known?.version !== ifVersion;
  const isMade = deps.store.authority.copy()?.changeId === changeId;
  return known !== null && (!isOther || isMade) && isSettled(deps);
}

async function attempt(
  deps: JudgeDeps,
  to: Addressed,
  command: ChangeCommand,
): Promise<ChangeAnswer | "moved"> {
  const { change, changeId, ifVersion, by } = command;
  const { record, clock } = deps;
  const copy = deps.store.authority.copy();
  if (copy !== null && copy.changeId === changeId) return done(deps, to, command, copy.authority);
  if (copy === null || copy.authority.status === "deleted") return { kind: "not_found" };
  const { version } = copy.authority;
  if (ifVersion !== null && ifVersion !== version) return { kind: "conflict" };

  deps.store.authority.begin({ changeId, base: version });
  const { requireVerifiedEmail } = to.policy;
  const apply = () =>
    record.apply(to.userId, change, changeId, version, clock(), requireVerifiedEmail, by);
  // A reply that was lost is fetched by asking again: the condition lets it happen only once.
  const row = await apply().catch(apply);

  // From here on nothing waits: what the change ends and opens is stored in one step.
  const verdict = judgeChange(change, changeId, version, row);
  const { authority, end } = takeOver(copy.authority, row?.authority ?? null);
  const settledBy = verdict === "applied" ? changeId : (row?.changeId ?? "");
  settle(deps, { authority, changeId: settledBy }, end, to.policy);
  return answerTo(verdict, () => done(deps, to, command, authority, row?.updatedAt));
}

function answerTo(verdict: ChangeVerdict, whenDone: () => ChangeAnswer): ChangeAnswer | "moved" {
  switch (verdict) {
    case "applied":
    case "unchanged":
      return whenDone();
    case "moved":
      return "moved";
    default:
      return { kind: verdict };
  }
}

function done(
  deps: JudgeDeps,
  { policy }: Addressed,
  { change, open }: ChangeCommand,
  authority: Authority,
  updatedAt?: number,
): ChangeAnswer {
  if (change.kind === "set_status" && change.status === "active") clearAllProofs(deps.store.proofs);
  return {
    kind: "done",
    authority,
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(open === undefined ? {} : { opened: grantOf(authority, openOnce(deps, open, policy)) }),
  };
}
