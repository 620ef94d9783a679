import { type Config, parseConfig } from "../../src/core/config/config.ts";
import type { RefreshPolicy } from "../../src/domain/sessions/refresh-session.ts";
import type { Random } from "./random.ts";

/** Variables of a deployment, as wrangler.toml and `secret put` set them. */
export type Variables = Readonly<Record<string, string>>;

const ALWAYS: Variables = {
  ISSUER: "https://auth.example.com",
  AUDIENCE: "https://api.example.com",
  PUBLIC_APP_URL: "https://app.example.com",
  MAIL_FROM: "auth@example.com",
};

/** Values that a deployment may change to. The first is what a history most often begins with. */
const CHOICES = {
  REQUIRE_VERIFIED_EMAIL: ["false", "true"],
  SIGNING_ALG: ["EdDSA", "ES256"],
  ACCESS_TOKEN_TTL: ["600", "60", "3600"],
  AUTHORITY_MAX_AGE: ["86400", "0", "600"],
  REFRESH_IDLE_TTL: ["2592000", "86400"],
  REFRESH_ABSOLUTE_TTL: ["7776000", "3456000"],
  REFRESH_REPLAY_WINDOW: ["30", "90"],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** The key policy that is usual, and two under which keys pass through their lives within hours. */
const KEY_POLICIES: readonly [Variables, ...Variables[]] = [
  { KEY_ROTATION_INTERVAL: "2592000", KEY_PUBLISH_AHEAD: "86400" },
  { KEY_ROTATION_INTERVAL: "4200", KEY_PUBLISH_AHEAD: "600" },
  { KEY_ROTATION_INTERVAL: "10800", KEY_PUBLISH_AHEAD: "3600" },
];

/** The root secret of a version: any 32 bytes do. */
const rootOf = (version: number): string =>
  Buffer.from([...Array(32).keys()].map((byte) => (byte + version) & 0xff)).toString("base64url");

const parsed = new Map<string, Config>();

/** Parsed once for all histories: it is the same for the same variables. */
function configOf(variables: Variables): Config {
  const name = JSON.stringify(variables);
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const result = parseConfig(variables);
  if (!result.ok) throw new Error(`the simulation is misconfigured: ${result.problems.join()}`);
  parsed.set(name, result.value);
  return result.value;
}

/** What isolates that start now are configured with, and all that it has been. */
export class Settings {
  #variables: Variables = { ...ALWAYS, ...KEY_POLICIES[0] };
  #secrets: readonly number[] = [1];
  /** All configurations so far, the last one now. */
  readonly all: [Config, ...Config[]];

  constructor(random: Random) {
    const first = Object.entries(CHOICES).map(([name, [value]]) => [name, value]);
    const registration = random.pick(["open", "private"] as const);
    this.#variables = {
      ...this.#variables,
      REGISTRATION: registration,
      ...Object.fromEntries(first),
    };
    if (random.chance(0.6)) this.#variables = { ...this.#variables, ...random.pick(KEY_POLICIES) };
    while (random.chance(0.5)) this.#change(random);
    this.all = [this.#read()];
  }

  get config(): Config {
    return this.all.at(-1) ?? this.all[0];
  }

  /** Versions of the root secret; what stands first is written with. */
  get secrets(): readonly number[] {
    return this.#secrets;
  }

  /** @returns what is another one now */
  change(random: Random): string {
    const what = this.#change(random);
    this.all.push(this.#read());
    return what;
  }

  /** Those of all configurations so far. */
  readonly refreshPolicies = (): RefreshPolicy[] => this.all.map(({ refresh }) => refresh);

  setSecrets(versions: readonly number[]): void {
    this.#secrets = versions;
    this.all.push(this.#read());
  }

  #change(random: Random): string {
    if (random.chance(0.2)) {
      const policy = random.pick(KEY_POLICIES);
      this.#variables = { ...this.#variables, ...policy };
      return `KEY_ROTATION_INTERVAL=${policy["KEY_ROTATION_INTERVAL"]}`;
    }
    const names = Object.keys(CHOICES) as (keyof typeof CHOICES)[];
    const name = names[random.below(names.length)] ?? "SIGNING_ALG";
    const values: readonly string[] = CHOICES[name];
    const value = values[random.below(values.length)] ?? "";
    this.#variables = { ...this.#variables, [name]: value };
    return `${name}=${value}`;
  }

  #read(): Config {
    const secrets = this.#secrets.map((version) => `v${version}:${rootOf(version)}`).join();
    return configOf({ ...this.#variables, AUTH_SECRETS: secrets });
  }
}
