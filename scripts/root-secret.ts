import { randomBytes } from "node:crypto";

/** A value of AUTH_SECRETS that nobody has seen: version 1, 32 random bytes. */
export const newRootSecret = (): string => `v1:${randomBytes(32).toString("base64url")}`;
