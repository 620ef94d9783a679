import { toBase64Url, utf8 } from "./encoding.ts";
import { mac, newestSubkey, type Secrets } from "./secrets.ts";

/** What every request from one Worker to another of a different zone carries as its address. */
const SHARED_WORKERS_ADDRESS = "2a06:98c0:3600:0:0:0:0:103";

/**
 * The name under which a login name's tries are counted: an HMAC, so that no dump tells who
 * tried to sign in. A new root secret gives new names, and with them fresh counts.
 */
export function loginNameKey(secrets: Secrets, loginName: string): string {
  return toBase64Url(mac(newestSubkey(secrets, "login-name"), utf8(loginName)));
}

/** The name under which messages to an inbox are counted, for a day. */
export function inboxKey(secrets: Secrets, address: string): string {
  return toBase64Url(mac(newestSubkey(secrets, "inbox"), utf8(address)));
}

/**
 * The bucket that an address counts in, however it is spelled. IPv6 counts by /64, which is what
 * one subscriber holds.
 *
 * @param address the value of `cf-connecting-ip`, the only header that clients cannot set
 * @returns null for a caller without an address of its own
 */
export function addressBucket(address: string | null): string | null {
  if (address === null) return null;
  if (!address.includes(":")) return `ip4:${address}`;
  const groups = ipv6Groups(address);
  if (groups.join(":") === SHARED_WORKERS_ADDRESS) return null;
  return IPV4_IN_IPV6.test(groups.join(":"))
    ? `ip4:${groups.slice(6).map(dotted).join(".")}`
    : `ip6:${groups.slice(0, 4).join(":")}`;
}

/** RFC 4291, section 2.5.5.2: all of these are in one /64, and are not one subscriber. */
const IPV4_IN_IPV6 = /^0:0:0:0:0:ffff:/;

/** All eight groups in lower case, without leading zeros (RFC 4291, section 2.2). */
function ipv6Groups(address: string): string[] {
  const inHex = address.toLowerCase().replace(DOTTED_END, (_, ...bytes) => hexadecimal(bytes));
  const [head = "", tail] = inHex.split("::", 2);
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ""));
}

const DOTTED_END = /([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/;

/** Two groups of four bytes. */
function hexadecimal(bytes: readonly unknown[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Two bytes of a group. */
function dotted(group: string): string {
  const value = Number.parseInt(group, 16);
  return `${value >> 8}.${value & 255}`;
}
