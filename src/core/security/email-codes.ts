import { timingSafeEqual } from "node:crypto";
import { parseEmail } from "../../domain/accounts/email.ts";
import type { EmailCodes, StartedFlow } from "../../use-cases/credentials/ports.ts";
import type { RandomBytes } from "../../use-cases/outside.ts";
import { concat, fromBase64Url, toBase64Url, utf8 } from "./encoding.ts";
import { mac, newestSubkey, type Secrets } from "./secrets.ts";

/*
 * A sign-in by a mailed code, as the client holds it: `cf1.` and base64url of
 * secret version (2 bytes) | nonce (12) | ciphertext (278) | tag (16).
 * AES-256-GCM over id (16) | start (8) | address, padded with zeros (254): of one length for every
 * address, and what is forged is refused before any storage is asked. Its id names the secret's
 * version, too, so that the code is made under the same one.
 */

const PREFIX = "cf1.";
const NONCE_LENGTH = 12;
const ID_LENGTH = 16;
const START_AT = ID_LENGTH;
const EMAIL_AT = START_AT + 8;
const PLAIN_LENGTH = EMAIL_AT + 254;
const LENGTH = 2 + NONCE_LENGTH + PLAIN_LENGTH + 16;

const DIGITS = 8;

export function emailCodes(secrets: Secrets, random: RandomBytes): EmailCodes {
  return {
    async start(email, now) {
      const [id, nonce] = [random(ID_LENGTH), random(NONCE_LENGTH)];
      const plain = new Uint8Array(PLAIN_LENGTH);
      plain.set(id);
      new DataView(plain.buffer).setBigUint64(START_AT, BigInt(now));
      plain.set(utf8(email), EMAIL_AT);
      const key = await sealingKey(newestSubkey(secrets, "email-code-flow"));
      const sealed = await crypto.subtle.encrypt(gcm(nonce), key, plain);
      const version = new Uint8Array([secrets.newest >> 8, secrets.newest & 0xff]);
      const text = PREFIX + toBase64Url(concat(version, nonce, new Uint8Array(sealed)));
      return { text, flow: { id: idOf(secrets.newest, id), email, startedAt: now } };
    },

    async open(text) {
      const bytes = text.startsWith(PREFIX) ? fromBase64Url(text.slice(PREFIX.length)) : null;
      if (bytes?.length !== LENGTH) return null;
      const version = new DataView(bytes.buffer).getUint16(0);
      const subkey = secrets.subkey(version, "email-code-flow");
      if (subkey === null) return null;
      const [nonce, sealed] = [bytes.slice(2, 2 + NONCE_LENGTH), bytes.slice(2 + NONCE_LENGTH)];
      try {
        const key = await sealingKey(subkey);
        const plain = await crypto.subtle.decrypt(gcm(nonce), key, sealed);
        return read(new Uint8Array(plain), version);
      } catch {
        return null; // forged, or made under another secret of the same version
      }
    },

    codeFor(flowId, userId, accountVersion) {
      const key = secrets.subkey(Number(flowId.split(".")[0]), "email-code");
      if (key === null) return null;
      const drawn = mac(key, utf8(`${flowId} ${userId} ${accountVersion}`));
      const number = new DataView(drawn.buffer).getBigUint64(0) % 10n ** BigInt(DIGITS);
      return number.toString().padStart(DIGITS, "0");
    },

    matches(code, expected) {
      const [a, b] = [utf8(code), utf8(expected ?? "")];
      return expected !== null && a.length === b.length && timingSafeEqual(a, b);
    },
  };
}

function read(plain: Uint8Array<ArrayBuffer>, version: number): StartedFlow | null {
  const email = parseEmail(new TextDecoder().decode(plain.slice(EMAIL_AT)).replace(/\0+$/, ""));
  if (!email.ok) return null;
  return {
    id: idOf(version, plain.slice(0, ID_LENGTH)),
    email: email.value,
    startedAt: Number(new DataView(plain.buffer).getBigUint64(START_AT)),
  };
}

const idOf = (version: number, id: Uint8Array): string => `${version}.${toBase64Url(id)}`;

const gcm = (iv: Uint8Array<ArrayBuffer>) => ({ name: "AES-GCM", iv });

const sealingKey = (subkey: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", subkey, "AES-GCM", false, ["encrypt", "decrypt"]);
