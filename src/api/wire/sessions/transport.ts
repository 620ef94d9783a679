import * as z from "zod";

/** How a refresh token travels: in bodies, or in a cookie that no script can read. */
export const transportQuery = z.strictObject({
  transport: z
    .enum(["body", "cookie"])
    .default("body")
    .meta({ description: "`cookie` keeps the refresh token from the page's scripts." }),
});
