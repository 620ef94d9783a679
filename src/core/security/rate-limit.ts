import { toBase64Url, utf8 } from "./encoding.ts";
import { mac, newestSubkey, type Secrets } from "./secrets.ts";

/** What every request from one Worker to another of a different zone carries as its address. */
const SHARED_WORKERS_ADDRESS = "2a06:98c0:3600::103";

/**
 * The name under which a login name's tries are counted: an HMAC, so that no dump tells who
 * tried to sign in. A new root secret gives new names, and with them fresh counts.
 */
export function loginNameKey(secrets: Secrets, loginName: string): string {
  return toBase64Url(mac(newestSubkey(secrets, "login-name"), utf8(loginName)));
}

/**
 * The bucket that an address counts in. IPv6 counts by /64, which is what one subscriber holds.
 *
 * @param address the value of `cf-connecting-ip`, the only header that clients cannot set
 * @returns null for a caller without an address of its own
 */
export function addressBucket(address: string | null): string | null {
  if (address === null || address === SHARED_WORKERS_ADDRESS) return null;
  const ipv4 = IPV4_IN_IPV6.exec(address)?.[1] ?? address;
  return ipv4.includes(":") ? `ip6:${ipv6Network(ipv4)}` : `ip4:${ipv4}`;
}

/** RFC 4291, section 2.5.5.2: all of these are in one /64, and are not one subscriber. */
const IPV4_IN_IPV6 = /^::ffff:([0-9.]+)$/i;

/** The first four groups, without leading zeros. */
function ipv6Network(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::", 2);
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
