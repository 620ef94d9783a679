import { FIRST_PARTY_CLIENT } from "../../../core/config/constants.ts";
import { type Actor, ANYONE, isPerson, type Person } from "../../../domain/access/actor.ts";
import type { AccountChange } from "../../../domain/accounts/account-change.ts";
import { type HeldFactors, isTotp } from "../../../domain/credentials/factor.ts";
import { type Cause, causeOf } from "../../../domain/events/event.ts";
import { openedByPassword } from "../../../domain/sessions/opened-with.ts";
import type { AccountPolicy, Addressed } from "../../../use-cases/accounts/ports.ts";
import { Unavailable } from "../../../use-cases/outside.ts";
import type {
  NewSession,
  OpenAnswer,
  OpenSession,
  RefreshCommand,
} from "../../../use-cases/sessions/ports.ts";
import type { SessionGrant } from "../../../use-cases/tokens/ports.ts";

/*
 * For up to 300 s after a deployment an object runs older code than its callers, and after a
 * roll-back newer code: each side completes what the other one does not say.
 */

/**
 * The call that each kind of change comes by. Code that knows no `redeem` begins any change that it
 * is told of, and breaks off at a kind that it does not know: the token would be spent for nothing.
 * A kind that is added comes by `change`, since code from here on refuses it before it begins.
 */
const CALL_OF: Readonly<Record<AccountChange["kind"], "change" | "redeem">> = {
  set_password: "change",
  reset_password: "redeem",
  verify_email: "redeem",
  set_email: "redeem",
  set_status: "change",
  assign_role: "change",
  remove_role: "change",
  delete: "change",
};

export const callOf = ({ kind }: AccountChange): "change" | "redeem" => CALL_OF[kind];

/** False for a kind that a newer Worker alone knows. */
export const isKnownChange = ({ kind }: AccountChange): boolean => Object.hasOwn(CALL_OF, kind);

/** What older Workers do not say of a refresh. */
const UNSAID_REFRESH: Pick<RefreshCommand, "clientId" | "device" | "requestId"> = {
  clientId: FIRST_PARTY_CLIENT,
  device: { ip: null, userAgent: null },
  requestId: null,
};

/** What they do not say of the policy: the safe side. */
const UNSAID_POLICY: Pick<AccountPolicy, "requireVerifiedEmail"> = { requireVerifiedEmail: true };

/** Older Workers do not say who asks. */
export const UNSAID_CAUSE: Cause = causeOf(ANYONE);

export function completeCause<C extends { readonly cause: Cause }>(command: C): C {
  return { ...command, cause: command.cause ?? UNSAID_CAUSE };
}

/** They do not say what a person proved: one factor, then. */
export function completeBy<C extends { readonly by?: Actor }>(command: C): C {
  const { by } = command;
  if (by === undefined || !isPerson(by)) return command;
  const { proved = { amr: [], acr: "aal1", authTime: 0 } }: Partial<Person> = by;
  return { ...command, by: { ...by, proved } };
}

export function completePolicy(to: Addressed): Addressed {
  return { ...to, policy: { ...UNSAID_POLICY, ...to.policy } };
}

/** All that older Workers know is people's own sign-in by password. */
export function completeSession<S extends NewSession>(wanted: S, now: number): S {
  return { ...openedByPassword(FIRST_PARTY_CLIENT, now), ...wanted };
}

/** Older Workers show no second factor. */
export const completeSecond = (command: OpenSession): OpenSession => ({
  ...command,
  second: command.second ?? null,
});

/** Nor do they know every kind of factor. */
export const knownFactors = (
  held: HeldFactors | null,
  knowsPasskeys: boolean,
): HeldFactors | null =>
  held && { ...held, factors: knowsPasskeys ? held.factors : held.factors.filter(isTotp) };

/** They do not know that one can be asked for: the sign-in waits until they are gone. */
export function knownAnswer(command: Partial<OpenSession>, answer: OpenAnswer): OpenAnswer {
  const isKnown = command.second !== undefined || answer.kind !== "second_factor_required";
  if (!isKnown) throw new Unavailable("account");
  return answer;
}

export function completeRefresh(command: RefreshCommand): RefreshCommand {
  return { ...UNSAID_REFRESH, ...command };
}

/** An object with older code does not know what its sessions were opened with. */
export function completeGrant(grant: SessionGrant): SessionGrant {
  return { ...openedByPassword(FIRST_PARTY_CLIENT, grant.createdAt), ...grant };
}
