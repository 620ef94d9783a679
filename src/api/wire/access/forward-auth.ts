import * as z from "zod";
import { permission } from "../fields.ts";

export const forwardAuthQuery = z.strictObject({ permission: permission.optional() });
