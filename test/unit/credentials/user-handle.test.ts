import { expect, it } from "vitest";
import { userHandles } from "../../../src/core/security/user-handle.ts";
import { secretsMaker } from "../../support/memory-service.ts";
import { someUserId } from "../../support/samples.ts";

const secretsOf = secretsMaker();
const { format, parse } = userHandles(secretsOf(1));

it("says whose it is, and that it was made here", () => {
  const userId = someUserId();
  expect(parse(format(userId))).toEqual({ userId, isProven: true });
  expect(format(userId)).toBe(format(userId));
  // WebAuthn 3, section 5.4.3: 64 bytes at most.
  expect(Buffer.from(format(userId), "base64url")).toHaveLength(34);
});

it("is refused with any bit of it changed, and cut or grown", () => {
  const handle = Buffer.from(format(someUserId()), "base64url");
  for (let bit = 16; bit < handle.length * 8; bit++) {
    const changed = Buffer.from(handle);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(parse(changed.toString("base64url"))).toBeNull();
  }
  expect(parse(handle.subarray(1).toString("base64url"))).toBeNull();
  expect(parse(Buffer.concat([handle, Buffer.alloc(1)]).toString("base64url"))).toBeNull();
  expect(parse(`${handle.toString("base64url")}=`)).toBeNull();
  expect(parse("")).toBeNull();
});

it("outlives the root secret it was made under, which cannot tell any more whether it was", () => {
  const userId = someUserId();
  const handle = format(userId);
  expect(userHandles(secretsOf(2, 1)).parse(handle)).toEqual({ userId, isProven: true });
  expect(userHandles(secretsOf(2)).parse(handle)).toEqual({ userId, isProven: false });
  expect(userHandles(secretsMaker()(1)).parse(handle)).toBeNull();
});

it("of a secret that is known is forged or not, and of one that nobody had yet it is", () => {
  const handle = Buffer.from(format(someUserId()), "base64url");
  const { parse: read } = userHandles(secretsOf(4, 2));
  const of = (version: number) => {
    handle.writeUInt16BE(version);
    return read(handle.toString("base64url"));
  };
  for (const version of [0, 2, 4, 5]) expect(of(version)).toBeNull();
  for (const version of [1, 3]) expect(of(version)).toMatchObject({ isProven: false });
});
