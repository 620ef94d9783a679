import * as z from "zod";
import { refreshRequest } from "./sign-in.ts";

export const logoutRequest = refreshRequest.partial();

export const logoutQuery = z.strictObject({
  scope: z.enum(["local", "others", "global"]).default("local"),
});
