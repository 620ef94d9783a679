import { hkdfSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  newestSubkey,
  parseSecrets,
  type SubkeyLabel,
} from "../../../src/core/security/secrets.ts";
import { secretsOf } from "../../support/model-secrets.ts";

const one = randomBytes(32);
const two = randomBytes(32);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const LABELS: readonly SubkeyLabel[] = [
  "refresh-token-mac",
  "refresh-token-successor",
  "signing-key-wrap",
  "login-name",
];

describe("AUTH_SECRETS", () => {
  it("is one secret or several, with room around the commas", () => {
    expect(secretsOf(`v1:${text(one)}`).newest).toBe(1);
    expect(secretsOf(`v2:${text(two)}, v1:${text(one)}`).newest).toBe(2);
    expect(secretsOf(`v65535:${text(two)}`).newest).toBe(65_535);
  });

  it("writes with what stands first, so that a version can be known before it is used", () => {
    const secrets = secretsOf(`v1:${text(one)},v2:${text(two)}`);
    expect(secrets.newest).toBe(1);
    expect(secrets.subkey(2, "login-name")).not.toBeNull();
  });

  it("AUZ-05 has twelve different bytes at least, which no chance would miss", () => {
    const bytes = (different: number) =>
      Buffer.from(Array.from({ length: 32 }, (_, i) => i % different));
    expect(parseSecrets(`v1:${text(bytes(11))}`)).toEqual({ ok: false, error: "weak" });
    expect(parseSecrets(`v1:${text(bytes(12))}`).ok).toBe(true);
  });

  it("gives the same subkey each time, which it derives once", () => {
    const secrets = secretsOf(`v1:${text(one)}`);
    expect(secrets.subkey(1, "inbox")).toBe(secrets.subkey(1, "inbox"));
  });

  it("AUZ-05 is refused when it is the example that everyone can read", () => {
    const file = readFileSync(".dev.vars.example", "utf8");
    const example = /AUTH_SECRETS="(.*)"/.exec(file)?.[1] ?? "";
    expect(parseSecrets(example)).toEqual({ ok: false, error: "example" });
    const behind = `v2:${text(two)},${example}`;
    expect(parseSecrets(behind)).toEqual({ ok: false, error: "example" });
  });

  it.each([
    ["all zeros", new Uint8Array(32)],
    ["a short word repeated", Buffer.from("changeme".repeat(4))],
  ])("AUZ-05 is refused when it is weak: %s", (_, bytes) => {
    expect(parseSecrets(`v1:${text(bytes)}`)).toEqual({ ok: false, error: "weak" });
  });

  it.each([
    ["empty", ""],
    ["something before the version", `xv1:${text(one)}`],
    ["no version", text(one)],
    ["version nought", `v0:${text(one)}`],
    ["a version that two bytes cannot hold", `v65536:${text(one)}`],
    ["short", `v1:${text(one.subarray(0, 31))}`],
    ["long", `v1:${text(Buffer.concat([one, two]))}`],
    ["padded", `v1:${text(one)}=`],
    ["a spelling of the same bytes", `v1:${text(one).slice(0, 42)}B`],
    ["one version twice", `v1:${text(one)},v1:${text(two)}`],
    ["a comma at the end", `v1:${text(one)},`],
    ["in quotes", `"v1:${text(one)}"`],
  ])("AUZ-05 is refused when it is malformed: %s", (_, value) => {
    expect(parseSecrets(value)).toEqual({ ok: false, error: "malformed" });
  });
});

describe("a subkey", () => {
  const secrets = secretsOf(`v7:${text(two)},v3:${text(one)}`);

  it.each(LABELS)("is HKDF-SHA-256 of its version's secret, for %s", (label) => {
    for (const [version, root] of [
      [3, one],
      [7, two],
    ] as const) {
      const expected = hkdfSync("sha256", root, "", `auth-service/${label}`, 32);
      expect(secrets.subkey(version, label)).toEqual(new Uint8Array(expected));
    }
  });

  it("is another for every label and every version", () => {
    const keys = LABELS.flatMap((label) => [3, 7].map((v) => String(secrets.subkey(v, label))));
    expect(new Set(keys).size).toBe(2 * LABELS.length);
  });

  it("is the same when asked again", () => {
    expect(secrets.subkey(3, "login-name")).toEqual(secrets.subkey(3, "login-name"));
  });

  it("does not exist for a version that is not configured", () => {
    expect(secrets.subkey(1, "login-name")).toBeNull();
    expect(secrets.subkey(0, "login-name")).toBeNull();
  });

  it("of the newest version makes what is made anew", () => {
    expect(newestSubkey(secrets, "login-name")).toEqual(secrets.subkey(7, "login-name"));
    const none = { newest: 1, versions: [], subkey: () => null };
    expect(() => newestSubkey(none, "login-name")).toThrow("newest_secret_missing");
  });
});
