import type { SessionId, UserId } from "../ids.ts";
import { covers, grants, type OwnPermission } from "./permission.ts";

/** Whoever does something, and what they may do now. */
export type Actor = {
  /**
   * A person, a program, another Worker by its binding, whoever runs the service, or the service
   * itself. Anyone: whoever asks without having shown yet who it is.
   */
  readonly kind: "user" | "service" | "worker" | "operator" | "system" | "anyone";
  /** `usr_…`, `svc_…`, or a name; never an address. */
  readonly id: string;
  /** Those that the permissions come from; none of whoever is neither person nor program. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};

/** A person in one of their sessions: whoever acts upon their own account. */
export type Person = Actor & {
  readonly kind: "user";
  readonly userId: UserId;
  readonly sessionId: SessionId;
};

export const isPerson = (actor: Actor): actor is Person => "sessionId" in actor;

/** Signs in, registers, refreshes: who it is shows in what is done, if at all. */
export const ANYONE: Actor = { kind: "anyone", id: "anyone", roles: [], permissions: [] };

/** What happens by the clock or of itself, such as the rotation of keys. It needs no right. */
export const SYSTEM: Actor = { kind: "system", id: "auth-service", roles: [], permissions: [] };

export const may = (actor: Actor, needed: OwnPermission): boolean =>
  grants(actor.permissions, needed);

/** Some acts are only for those whom nothing is closed to. */
export const mayDoEverything = ({ permissions }: Actor): boolean => covers(permissions, ["*"]);
