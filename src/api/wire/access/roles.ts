import * as z from "zod";
import type { Role } from "../../../domain/access/role.ts";
import { MAX_PERMISSIONS_PER_ROLE } from "../../../domain/limits.ts";
import { description, permission, roleName } from "../fields.ts";

/** A set: repeats are dropped. */
const permissions = z
  .array(permission)
  .max(MAX_PERMISSIONS_PER_ROLE)
  .transform((all) => [...new Set(all)].sort());

export const newRole = z.strictObject({
  name: roleName,
  description: description.default(""),
  permissions,
  require_aal2: z.boolean().default(false),
});

export const roleChange = z
  .strictObject({
    description: description.optional(),
    permissions: permissions.optional(),
    require_aal2: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: "must change something" });

export const roleOnWire = ({ requireAal2 = false, ...role }: Role) => ({
  ...role,
  require_aal2: requireAal2,
});
