import { env } from "cloudflare:workers";
import { consoleLog } from "../../src/core/logging.ts";
import { refreshTokenCodec } from "../../src/core/security/refresh-token-codec.ts";
import { wireOutside } from "../../src/wiring/outside.ts";
import { wireStores } from "../../src/wiring/stores.ts";
import { services } from "./tokens.ts";

/** What the service's use cases work with, over the bindings of the test. */
export function ports() {
  const { config } = services();
  const outside = wireOutside(consoleLog);
  const refreshTokens = refreshTokenCodec(config.secrets);
  return { ...outside, ...wireStores(env, config, outside), refreshTokens };
}
