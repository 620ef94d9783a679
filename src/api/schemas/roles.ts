import * as z from "zod";
import { description, permission, roleName } from "./fields.ts";

/** A set: repeats are dropped. */
const permissions = z
  .array(permission)
  .max(1_000)
  .transform((all) => [...new Set(all)].sort());

export const newRole = z.strictObject({
  name: roleName,
  description: description.default(""),
  permissions,
});

export const roleChange = z
  .strictObject({ description: description.optional(), permissions: permissions.optional() })
  .refine((change) => Object.keys(change).length > 0, { message: "must change something" });
