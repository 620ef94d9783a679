import * as z from "zod";
import type { ClientSecret, ServiceAccount } from "../../../domain/clients/service-account.ts";
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

/** What can be told of a secret. */
export const clientSecretOnWire = (secret: ClientSecret) => ({
  id: secret.id,
  created_by: secret.maker.name,
  created_at: time(secret.createdAt),
  last_used_at: secret.lastUsedAt === null ? null : time(secret.lastUsedAt),
  expires_at: secret.expiresAt === null ? null : time(secret.expiresAt),
});

/** The ids of the secrets that a raise ended, where it ended some. */
export const endedOnWire = (ended: readonly string[]) =>
  ended.length === 0 ? {} : { ended_secrets: ended };
