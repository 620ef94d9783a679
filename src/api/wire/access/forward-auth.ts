import * as z from "zod";
import { permission } from "../fields.ts";

export const forwardAuthQuery = z.strictObject({
  permission: permission.optional(),
  acr: z.enum(["aal1", "aal2"]).optional(),
  max_age: z.coerce.number<string>().int().min(0).max(34_560_000).optional(),
});
