import { createHmac } from "node:crypto";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { err, ok, type Result } from "../../domain/result.ts";
import { Impossible } from "../../use-cases/outside.ts";
import { fromBase64Url, utf8 } from "./encoding.ts";

/** What a subkey is for. A label is never given a second meaning. */
export type SubkeyLabel =
  | "refresh-token-mac"
  | "refresh-token-successor"
  | "signing-key-wrap"
  | "login-name"
  | "client-secret-mac"
  | "inbox"
  | "mail-token-mac"
  | "email-code-flow"
  | "totp-wrap"
  | "second-factor-mac"
  | "second-factor-session"
  | "challenge-mac"
  | "user-handle-mac"
  | "email-code";

/** The root secrets by version. */
export type Secrets = {
  /** The version that everything new is made under. */
  readonly newest: number;
  /** All of them, as they are configured. */
  readonly versions: readonly number[];
  /** 32 bytes by HKDF-SHA-256 (RFC 5869), or null when that version is not configured. */
  subkey(version: number, label: SubkeyLabel): Uint8Array<ArrayBuffer> | null;
};

const KEY_LENGTH = 32;
/** The version travels in two bytes of a refresh token. */
const MAX_VERSION = 0xffff;
const ENTRY = /^v([1-9][0-9]{0,4}):([A-Za-z0-9_-]{43})$/;

/** The value of .dev.vars.example: public, so never a secret. */
const EXAMPLE = "ZXhhbXBsZS1vbmx5LXJlcGxhY2UtdGhpcy1zZWNyZXQ";

/** Fewer different bytes than this in 32 random ones does not happen by chance. */
const MIN_DIFFERENT_BYTES = 12;

/**
 * Reads `AUTH_SECRETS`: `v2:<base64url, 32 bytes>,v1:...`. What stands first is written with, the
 * others are read with, so a version can be made known everywhere before it is used anywhere.
 */
export function parseSecrets(value: string): Result<Secrets, "malformed" | "example" | "weak"> {
  const roots = new Map<number, Uint8Array>();
  for (const entry of value.split(",")) {
    const [, version = "", encoded = ""] = ENTRY.exec(entry.trim()) ?? [];
    const number = Number(version);
    const root = fromBase64Url(encoded);
    if (root?.length !== KEY_LENGTH || number > MAX_VERSION || roots.has(number)) {
      return err("malformed");
    }
    if (encoded === EXAMPLE) return err("example");
    if (new Set(root).size < MIN_DIFFERENT_BYTES) return err("weak");
    roots.set(number, root);
  }
  return ok(secretsOf(roots));
}

function secretsOf(roots: ReadonlyMap<number, Uint8Array>): Secrets {
  const derived = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    newest: [...roots.keys()][0] ?? 0,
    versions: [...roots.keys()],
    subkey(version, label) {
      const root = roots.get(version);
      if (root === undefined) return null;
      const name = `${version}/${label}`;
      const key = derived.get(name) ?? derive(root, label);
      derived.set(name, key);
      return key;
    },
  };
}

function derive(root: Uint8Array, label: SubkeyLabel): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdf(sha256, root, undefined, utf8(`auth-service/${label}`), KEY_LENGTH));
}

/** The newest version's subkey, which always exists. */
export function newestSubkey(secrets: Secrets, label: SubkeyLabel): Uint8Array<ArrayBuffer> {
  const key = secrets.subkey(secrets.newest, label);
  if (key === null) throw new Impossible("newest_secret_missing");
  return key;
}

/** HMAC-SHA-256 (RFC 2104), by the runtime: a refresh needs three of them. */
export function mac(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac("sha256", key).update(message).digest());
}
