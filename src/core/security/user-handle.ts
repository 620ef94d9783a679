import { Buffer } from "node:buffer";
import { parseUserId, userIdOf } from "../../domain/ids.ts";
import type { UserHandles } from "../../use-cases/credentials/ports.ts";
import { fromBase64Url } from "./encoding.ts";
import type { Secrets } from "./secrets.ts";
import { opened, sealed } from "./tagged-token.ts";

/*
 * What an authenticator knows its owner by (WebAuthn 3, section 5.4.3): a tagged token without a
 * prefix, whose body is the user id (16 bytes). An authenticator keeps it for good, and so longer
 * than a root secret is kept.
 */

const KIND = { prefix: "", label: "user-handle-mac" } as const;
const ID_AT = 2;
const TAG_AT = ID_AT + 16;
const LENGTH = TAG_AT + 16;

export const userHandles = (secrets: Secrets): UserHandles => ({
  format: (userId) => sealed(secrets, KIND, Buffer.from(userId.slice(4), "base64url")),

  parse(text) {
    const bytes = fromBase64Url(text);
    if (bytes?.length !== LENGTH) return null;
    const encoded = Buffer.from(bytes.subarray(ID_AT, TAG_AT)).toString("base64url");
    const userId = parseUserId(userIdOf(encoded));
    if (!userId.ok) return null;
    const version = new DataView(bytes.buffer).getUint16(0);
    if (isGone(secrets, version)) return { userId: userId.value, isProven: false };
    return opened(secrets, KIND, text) && { userId: userId.value, isProven: true };
  },
});

/** Whether a root secret may have been configured once. None is newer than all there are. */
const isGone = ({ versions }: Secrets, version: number): boolean =>
  version > 0 && !versions.includes(version) && version < Math.max(...versions);
