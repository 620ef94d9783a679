import { expect, it } from "vitest";
import { keyCopy } from "../../../src/core/memory/key-copy.ts";
import type { StoredSigningKey } from "../../../src/use-cases/keys/ports.ts";
import { memorySigningKeys } from "../../support/fakes/signing-keys.ts";

/** Readings that end when they are told to. */
function heldReadings() {
  const pending: ((keys: StoredSigningKey[]) => void)[] = [];
  const list = () => new Promise<StoredSigningKey[]>((resolve) => pending.push(resolve));
  const copy = keyCopy({
    keys: { ...memorySigningKeys(), list },
    clock: () => 0,
    defer: () => undefined,
    notify: () => undefined,
  });
  return { copy, pending };
}

const keyOf = (kid: string): StoredSigningKey => ({
  kid,
  alg: "ES256",
  sequence: 1,
  createdAt: 0,
  signsFrom: 0,
  revokedAt: null,
  publicJwk: { kty: "EC", crv: "P-256", x: "x", y: "y" },
  wrappedPrivate: "v1.x",
});

it("one reading serves all who wait for it", async () => {
  const { copy, pending } = heldReadings();
  const both = Promise.all([copy.read(1_000), copy.read(1_000)]);
  expect(pending).toHaveLength(1);
  pending[0]?.([keyOf("a")]);
  expect(await both).toEqual([[keyOf("a")], [keyOf("a")]]);
});

it("KEY-04 what was being read when the copy was forgotten serves nobody who comes after", async () => {
  const { copy, pending } = heldReadings();
  const before = copy.read(1_000);
  copy.forget();
  const after = copy.read(1_000);
  expect(pending).toHaveLength(2);
  pending[0]?.([keyOf("revoked since")]);
  await before;
  pending[1]?.([keyOf("heir")]);
  expect(await after).toEqual([keyOf("heir")]);
  expect(await copy.read(1_000)).toEqual([keyOf("heir")]);
});

it("KEY-04 a reading that ends late replaces none that began after it", async () => {
  const { copy, pending } = heldReadings();
  const slow = copy.read(1_000);
  const fast = copy.renewOnce();
  pending[1]?.([keyOf("heir")]);
  expect(await fast).toBe(true);
  pending[0]?.([keyOf("revoked since")]);
  await slow;
  expect(await copy.read(1_000)).toEqual([keyOf("heir")]);
});

it("TOK-11 a kid that comes while others are asked for has their reading, and is not settled by it", async () => {
  const { copy, pending } = heldReadings();
  const both = [copy.renewOnce(), copy.renewOnce()];
  expect(pending).toHaveLength(1);
  pending[0]?.([keyOf("a")]);
  expect(await Promise.all(both)).toEqual([true, false]);
});
