import * as z from "zod";
import { displayName, email, password } from "../fields.ts";

export const registration = z.strictObject({
  email,
  password,
  name: displayName.optional(),
});

export const ownChange = z
  .strictObject({ name: displayName.nullable().optional() })
  .refine((change) => Object.keys(change).length > 0, { message: "must change something" });

export const passwordChange = z.strictObject({
  current_password: password,
  new_password: password,
});
