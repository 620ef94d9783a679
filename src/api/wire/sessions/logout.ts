import * as z from "zod";
import { transportQuery } from "./transport.ts";

export const logoutQuery = transportQuery.extend({
  scope: z.enum(["local", "others", "global"]).default("local"),
});
