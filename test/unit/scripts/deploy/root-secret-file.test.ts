import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { rootSecret } from "../../../../scripts/deploy/root-secret-file.ts";
import { newRootSecret } from "../../../../scripts/root-secret.ts";
import { parseSecrets } from "../../../../src/core/security/secrets.ts";
import { ok } from "../../../../src/domain/result.ts";

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "secret-"));
  file = join(directory, ".auth-secrets.production");
});

afterEach(() => rmSync(directory, { recursive: true }));

const attended = () => rootSecret({ given: undefined, isUnattended: false, file });

it("a new secret is a good one, and is kept for the operator's eyes alone", () => {
  const made = attended().value();
  if (!made.ok) throw new Error(made.error);
  expect(parseSecrets(made.value)).toMatchObject({ ok: true });
  expect(readFileSync(file, "utf8")).toBe(`${made.value}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a deployment that broke off goes on with the secret that it made", () => {
  expect(attended().value()).toEqual(attended().value());
});

it("a check makes nothing", () => {
  expect(attended().check()).toEqual(ok(null));
  expect(() => statSync(file)).toThrow();
});

it("a run knows whether the operator must keep the file: an old one that was not used is none of its", () => {
  const secret = attended();
  expect(secret.isFromFile()).toBe(false);
  secret.value();
  expect(secret.isFromFile()).toBe(true);
  const given = rootSecret({ given: newRootSecret(), isUnattended: false, file });
  given.value();
  expect(given.isFromFile()).toBe(false);
});

it("where nobody would keep a new one, there is none", () => {
  const unattended = rootSecret({ given: undefined, isUnattended: true, file });
  expect(unattended.value()).toMatchObject({ ok: false });
  expect(unattended.check()).toEqual(unattended.value());
  expect(() => statSync(file)).toThrow();
});

it("the operator's own is taken as it is", () => {
  const given = newRootSecret();
  const secret = rootSecret({ given: `${given}\n`, isUnattended: true, file });
  expect(secret).toMatchObject({ isGiven: true });
  expect(secret.value()).toEqual(ok(given));
});

it("what is no secret is refused, and not quoted", () => {
  const given = rootSecret({ given: "hunter2", isUnattended: false, file }).value();
  expect(given).toMatchObject({ ok: false, error: expect.not.stringContaining("hunter2") });
  expect(rootSecret({ given: "hunter2", isUnattended: false, file }).check()).toEqual(given);
  writeFileSync(file, "half a sec");
  expect(attended().value()).toMatchObject({ ok: false, error: expect.stringContaining(file) });
});
