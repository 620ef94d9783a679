import { createRole } from "../use-cases/access/create-role.ts";
import type { ManageRolesDeps } from "../use-cases/access/editable-role.ts";
import { findRole } from "../use-cases/access/find-role.ts";
import { listRoles } from "../use-cases/access/list-roles.ts";
import { removeRole } from "../use-cases/access/remove-role.ts";
import { updateRole } from "../use-cases/access/update-role.ts";
import { bind } from "./bind.ts";

export const wireAccess = (deps: ManageRolesDeps) =>
  bind(deps, { createRole, findRole, listRoles, removeRole, updateRole });
