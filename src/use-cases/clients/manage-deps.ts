import type { ServiceAccountId } from "../../domain/ids.ts";
import type { Raise, Roles } from "../access/ports.ts";
import type { ClientSecretDeps } from "./new-secret.ts";

export type ManageServiceAccountsDeps = ClientSecretDeps & {
  readonly roles: Roles;
  readonly newServiceAccountId: () => ServiceAccountId;
};

export type Refusal =
  | "forbidden"
  | "not_found"
  | "no_such_role"
  | "too_many_permissions"
  | "conflict";

export const endedBy = (raise: Raise | null): readonly string[] => raise?.ended ?? [];
