import { parseSecrets, type SubkeyLabel } from "../../../src/core/security/secrets.ts";

/** The same in every run, so that an input means the same; of no installation. */
export const ROOT_SECRETS = `v1:${Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64url")}`;

const parsed = parseSecrets(ROOT_SECRETS);
if (!parsed.ok) throw new Error(`the secrets are ${parsed.error}`);

export const SECRETS = parsed.value;

export function subkey(label: SubkeyLabel): Uint8Array<ArrayBuffer> {
  const key = SECRETS.subkey(1, label);
  if (key === null) throw new Error("no such secret");
  return key;
}
