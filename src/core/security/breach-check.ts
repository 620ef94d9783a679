import { createHash } from "node:crypto";
import type { Password } from "../../domain/credentials/password.ts";
import { errorDetails, type Log } from "../logging.ts";

export type BreachCheck = (password: Password) => Promise<boolean>;

const PREFIX_LENGTH = 5;
const TIMEOUT_MS = 2_000;

/**
 * Asks a k-anonymity range service ("Pwned Passwords" and its mirrors): only the first five hex
 * digits of the SHA-1 leave the service. When it does not answer the password passes, and the
 * log says so: an outage elsewhere must not close registration here.
 *
 * @param url the range address without the prefix, or null to ask nobody
 */
export function breachCheck(url: string | null, fetcher: typeof fetch, log: Log): BreachCheck {
  if (url === null) return async () => false;

  return async (password) => {
    const digest = createHash("sha1").update(password, "utf8").digest("hex").toUpperCase();
    try {
      const response = await fetcher(`${url}/${digest.slice(0, PREFIX_LENGTH)}`, {
        headers: { "add-padding": "true" },
        // The digits are for this address alone.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) {
        log.warn({ event: "breach_check_failed", status: response.status });
        return false;
      }
      return lists(await response.text(), digest.slice(PREFIX_LENGTH));
    } catch (error) {
      log.warn({ event: "breach_check_failed", ...errorDetails(error) });
      return false;
    }
  };
}

/** Lines are SUFFIX:COUNT; padding lines count zero. */
function lists(body: string, suffix: string): boolean {
  return body
    .split("\n")
    .some((line) => line.startsWith(`${suffix}:`) && Number(line.slice(suffix.length + 1)) > 0);
}
