import { type Actor, atAal2, isPerson, may } from "./actor.ts";
import type { OwnPermission } from "./permission.ts";

/**
 * Who may call a route: anyone, whoever is signed in, a person, or whoever holds a permission now.
 *
 * @property and a second one that is needed as well
 */
export type RouteAccess =
  | "public"
  | "caller"
  | "self"
  | { readonly permission: OwnPermission; readonly and?: OwnPermission };

/** Whether somebody whose token is good may call a route, or may once they show a second factor. */
export function judgeCall(
  actor: Actor,
  access: RouteAccess,
): "allowed" | "needs_aal2" | "forbidden" {
  if (mayCallRoute(actor, access)) return "allowed";
  const stronger = atAal2(actor);
  return stronger !== null && mayCallRoute(stronger, access) ? "needs_aal2" : "forbidden";
}

function mayCallRoute(actor: Actor, access: RouteAccess): boolean {
  if (access === "public" || access === "caller") return true;
  if (access === "self") return isPerson(actor); // a program has no account of its own
  const { permission, and = permission } = access;
  return may(actor, permission) && may(actor, and);
}
