import { toBase64Url } from "./encoding.ts";

/** `evt_` and 16 random bytes as base64url. */
export const newEventId = (): string =>
  `evt_${toBase64Url(crypto.getRandomValues(new Uint8Array(16)))}`;
