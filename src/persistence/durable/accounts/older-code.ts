import { FIRST_PARTY_CLIENT } from "../../../core/config/constants.ts";
import { ANYONE } from "../../../domain/access/actor.ts";
import { type Cause, causeOf } from "../../../domain/events/event.ts";
import { openedByPassword } from "../../../domain/sessions/opened-with.ts";
import type { AccountPolicy, Addressed } from "../../../use-cases/accounts/ports.ts";
import type { NewSession, RefreshCommand } from "../../../use-cases/sessions/ports.ts";
import type { SessionGrant } from "../../../use-cases/tokens/ports.ts";

/*
 * For up to 300 s after a deployment an object runs older code than its callers, and after a
 * roll-back newer code: each side completes what the other one does not say.
 */

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

export function completePolicy(to: Addressed): Addressed {
  return { ...to, policy: { ...UNSAID_POLICY, ...to.policy } };
}

/** All that older Workers know is people's own sign-in by password. */
export function completeSession<S extends NewSession>(wanted: S, now: number): S {
  return { ...openedByPassword(FIRST_PARTY_CLIENT, now), ...wanted };
}

export function completeRefresh(command: RefreshCommand): RefreshCommand {
  return { ...UNSAID_REFRESH, ...command };
}

/** An object with older code does not know what its sessions were opened with. */
export function completeGrant(grant: SessionGrant): SessionGrant {
  return { ...openedByPassword(FIRST_PARTY_CLIENT, grant.createdAt), ...grant };
}
