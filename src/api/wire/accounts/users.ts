import * as z from "zod";
import type { User } from "../../../domain/accounts/user.ts";
import { parseUserId } from "../../../domain/ids.ts";
import { cursorOf } from "../cursor.ts";
import { displayName, email, limit, password, roleNames } from "../fields.ts";
import { time } from "../time.ts";

const status = z.enum(["active", "disabled"]);

export const userQuery = z.strictObject({
  email: email.optional(),
  status: status.optional(),
  cursor: cursorOf(parseUserId).optional(),
  limit,
});

export const newUser = z.strictObject({
  email,
  password: password.optional(),
  name: displayName.optional(),
  roles: roleNames,
});

export const userChange = z
  .strictObject({ name: displayName.nullable().optional(), status: status.optional() })
  .refine((change) => Object.keys(change).length > 0, { message: "must change something" });

export const userOnWire = (user: User) => ({
  id: user.id,
  email: user.email,
  email_verified: user.emailVerified,
  name: user.name,
  status: user.status,
  roles: user.roles,
  created_at: time(user.createdAt),
  updated_at: time(user.updatedAt),
});
