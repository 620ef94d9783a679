import type { Acr, Proved } from "../assurance.ts";
import type { SessionId, UserId } from "../ids.ts";
import { covers, grants, type OwnPermission } from "./permission.ts";

/** Where a request came from, as far as it tells. */
export type Origin = {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
};

/** Of what no request asked for: a cron, a command of the operator's. */
export const NO_REQUEST: Origin = { ip: null, userAgent: null, requestId: null };

/**
 * A person, a program, another Worker by its binding, whoever runs the service, or the service
 * itself; `anyone` for whoever has not shown yet who it is.
 */
export const ACTOR_KINDS = ["user", "service", "worker", "operator", "system", "anyone"] as const;

/** Whoever does something, and what they may do now. */
export type Actor = {
  readonly kind: (typeof ACTOR_KINDS)[number];
  /** `usr_…`, `svc_…`, or a name; never an address. */
  readonly id: string;
  /** Those that the permissions come from; none of whoever is neither person nor program. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Absent where no request came: the service's own work, and another Worker's call. */
  readonly from?: Origin;
};

/** A person in one of their sessions. Only a person acts on their own account. */
export type Person = Actor & {
  readonly kind: "user";
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** How they proved it, as the token says: what is proved later needs a new token. */
  readonly proved: Proved;
  /** What their account asks of a session now. */
  readonly accountAcr: Acr;
  /** What they may do once they show a second factor; at the least what they may do now. */
  readonly permissionsAtAal2: readonly string[];
};

export const isPerson = (actor: Actor): actor is Person => "sessionId" in actor;

/** Whoever signs in, registers or refreshes: not known before the use case has looked. */
export const ANYONE: Actor = { kind: "anyone", id: "anyone", roles: [], permissions: [] };

/** The service itself, such as its cron. It needs no permission. */
export const SYSTEM: Actor = { kind: "system", id: "auth-service", roles: [], permissions: [] };

/** The same person as they are once they show a second factor, or null for who has none to show. */
export const atAal2 = (actor: Actor): Actor | null =>
  isPerson(actor) ? { ...actor, permissions: actor.permissionsAtAal2 } : null;

/** True for a person whose token says less than two factors; a program has none to show. */
export const showedOneFactor = (actor: Actor): boolean =>
  isPerson(actor) && actor.proved.acr !== "aal2";

/** Whether they would hold more once they show a second factor. */
export const waitsForAal2 = (actor: Actor): boolean =>
  isPerson(actor) && !covers(actor.permissions, actor.permissionsAtAal2);

export const may = (actor: Actor, needed: OwnPermission): boolean =>
  grants(actor.permissions, needed);

/** For acts that are open to holders of `*` alone. */
export const mayDoEverything = ({ permissions }: Actor): boolean => permissions.includes("*");
