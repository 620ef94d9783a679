import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressBucket, loginNameKey } from "../../../src/core/security/bucket-names.ts";
import { secretsOf, someSecret } from "../../support/model-secrets.ts";

describe("the bucket of a request", () => {
  it("is the address for IPv4", () => {
    expect(addressBucket("192.0.2.7")).toBe("ip4:192.0.2.7");
    expect(addressBucket("192.0.2.8")).not.toBe(addressBucket("192.0.2.7"));
  });

  it("RAT-10 is none when there is no address, or one that all Workers share", () => {
    for (const address of [
      null,
      "2a06:98c0:3600::103",
      "2a06:98c0:3600:0:0:0:0:103",
      "2A06:98C0:3600:0000:0000:0000:0000:0103",
      "2a06:98c0:3600:0::103",
      "2a06:98c0:3600::0.0.1.3",
    ]) {
      expect(addressBucket(address)).toBeNull();
    }
    expect(addressBucket("2a06:98c0:3600::104")).toBe("ip6:2a06:98c0:3600:0");
  });

  it.each([
    "2001:db8:0:7::1",
    "2001:0db8:0000:0007:0000:0000:0000:0001",
    "2001:DB8:0:7:ffff:ffff:ffff:ffff",
    "2001:db8:0:7::",
    "2001:db8::7:0:0:0:9",
  ])("is the /64 for IPv6, in any spelling: %s", (address) => {
    expect(addressBucket(address)).toBe("ip6:2001:db8:0:7");
  });

  it("is the IPv4 address that stands in an IPv6 one, with as many digits as it has", () => {
    expect(addressBucket("::ffff:192.168.100.250")).toBe("ip4:192.168.100.250");
    expect(addressBucket("::ffff:c0a8:64fa")).toBe("ip4:192.168.100.250");
    expect(addressBucket("1::ffff:1")).toBe("ip6:1:0:0:0");
  });

  it.each(["2001:db8:0:8::1", "2001:db8:7::1", "2001:db8::7", "::7", "::"])(
    "is another for another /64: %s",
    (address) => {
      expect(addressBucket(address)).not.toBe("ip6:2001:db8:0:7");
    },
  );

  it("is the IPv4 address when that is written as IPv6, not one bucket for all", () => {
    expect(addressBucket("::ffff:192.0.2.7")).toBe("ip4:192.0.2.7");
    expect(addressBucket("::FFFF:192.0.2.8")).toBe("ip4:192.0.2.8");
    expect(addressBucket("0:0:0:0:0:ffff:192.0.2.7")).toBe("ip4:192.0.2.7");
    expect(addressBucket("::ffff:c000:0207")).toBe("ip4:192.0.2.7");
  });

  it("is the same exactly for two addresses of one /64, however they are shortened", () => {
    const group = fc.constantFrom(0, 0, 1, 0xdb8);
    const address = fc.array(group, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(address, address, fc.nat({ max: 7 }), (a, b, from) => {
        const same = a.slice(0, 4).join() === b.slice(0, 4).join();
        expect(addressBucket(shortened(a, from)) === addressBucket(full(b))).toBe(same);
      }),
    );
  });
});

describe("the name under which tries are counted", () => {
  const secrets = secretsOf(someSecret(1));

  it("is an HMAC, so that it tells nobody who tried to sign in", () => {
    const subkey = secrets.subkey(1, "login-name") ?? new Uint8Array();
    const expected = createHmac("sha256", subkey).update("ada@example.com").digest("base64url");
    expect(loginNameKey(secrets, "ada@example.com")).toBe(expected);
  });

  it("is another for another name and another secret", () => {
    const name = loginNameKey(secrets, "ada@example.com");
    expect(loginNameKey(secrets, "eve@example.com")).not.toBe(name);
    expect(loginNameKey(secretsOf(someSecret(1)), "ada@example.com")).not.toBe(name);
  });
});

const full = (groups: readonly number[]): string =>
  groups.map((group) => group.toString(16).padStart(4, "0")).join(":");

/** Leaves out the run of zeros that begins at a group, if one does. */
function shortened(groups: readonly number[], from: number): string {
  let to = from;
  while (groups[to] === 0) to += 1;
  if (to === from) return full(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  return `${hex(groups.slice(0, from))}::${hex(groups.slice(to))}`;
}
