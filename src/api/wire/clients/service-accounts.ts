import * as z from "zod";
import type { ServiceAccount } from "../../../domain/clients/service-account.ts";
import { displayName, roleNames } from "../fields.ts";
import { time } from "../time.ts";

export const newServiceAccount = z.strictObject({
  name: displayName,
  roles: roleNames,
});

export const serviceAccountChange = z
  .strictObject({
    name: displayName.optional(),
    status: z.enum(["active", "disabled"]).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: "must change something" });

export const serviceAccountOnWire = (account: Omit<ServiceAccount, "permissions">) => ({
  id: account.id,
  name: account.name,
  status: account.status,
  roles: account.roles,
  created_at: time(account.createdAt),
  updated_at: time(account.updatedAt),
});
