import { type Config, parseConfig } from "../../src/core/config/config.ts";
import type { ServiceAccountId, UserId } from "../../src/domain/ids.ts";
import type { ProgramCalls } from "../../src/persistence/durable/clients/service-account-calls.ts";
import type { LoginNameJudge } from "../../src/use-cases/credentials/judge-login-name.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import { memoryActors } from "../support/fakes/actors.ts";
import { memoryAuditTrail } from "../support/fakes/audit-trail.ts";
import { memoryChangeFeed } from "../support/fakes/change-feed.ts";
import { memoryDeadLetters } from "../support/fakes/dead-letters.ts";
import { memoryJwksCache } from "../support/fakes/jwks-cache.ts";
import { memoryMails } from "../support/fakes/mails.ts";
import { type MemoryDatabase, memoryDatabase } from "../support/fakes/memory-database.ts";
import { memoryProgramFeed } from "../support/fakes/program-feed.ts";
import { memoryProgramRecord } from "../support/fakes/programs.ts";
import { memoryRecordOutbox } from "../support/fakes/record-outbox.ts";
import { memoryRoles } from "../support/fakes/roles.ts";
import { memoryServiceAccounts } from "../support/fakes/service-accounts.ts";
import { memorySigningKeys } from "../support/fakes/signing-keys.ts";
import { memoryUsers } from "../support/fakes/users.ts";
import { BrokenOff } from "./host.ts";
import { type Isolate, startIsolate } from "./isolate.ts";
import { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Claimed, Mailbox, notedMails } from "./stores/mailbox.ts";
import type { SimulatedObject } from "./stores/object.ts";
import { SimulatedQueue } from "./stores/queue.ts";
import type { UserObject } from "./stores/user-object.ts";
import { Tries } from "./tries.ts";

/** What can be out of reach for a while. */
export type Part = "audit" | "d1" | "kv" | "mail" | "objects" | "queue" | "throttle";

/** How many isolates serve at once. */
const ISOLATES = 3;

/** Milliseconds that a clock is ahead or behind, at most. */
export const MAX_SKEW = 2_000;

const CONFIG = configOf();

/** All there is: the stores, what survives in them, who serves, and what everybody was told. */
export class World {
  readonly scheduler: Scheduler;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly db: MemoryDatabase = memoryDatabase();
  readonly feed = memoryChangeFeed();
  readonly objects = new Map<UserId, UserObject>();
  readonly loginNames = new Map<string, SimulatedObject<Omit<LoginNameJudge, "alarm">>>();
  readonly programs = new Map<ServiceAccountId, SimulatedObject<ProgramCalls>>();
  readonly mailbox: Mailbox;
  readonly mailClaims: Claimed[] = [];
  readonly tries = new Tries(this);
  readonly deadQueue = new SimulatedQueue(this, "events-dead-letters", null);
  readonly queue = new SimulatedQueue(this, "events", this.deadQueue);
  readonly ports: ReturnType<typeof portsOf>;
  readonly isolates: Isolate[] = [];
  /** What was thrown where nobody waits, outages aside. */
  readonly mishaps: unknown[] = [];
  readonly #random: Random;
  readonly #skews = new Map<UserId, number>();
  readonly #downUntil = new Map<Part, number>();
  #started = 0;
  #calm = false;

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    const registration = random.pick(["open", "private"] as const);
    this.config = { ...CONFIG, registration };
    this.#random = random;
    this.ledger = new Ledger(scheduler, CONFIG.refresh);
    this.ports = portsOf(this.db, this.mailClaims);
    this.mailbox = new Mailbox(() => scheduler.now);
    while (this.isolates.length < ISOLATES) this.isolates.push(this.#start());
  }

  /** Faults are over from here on. */
  calmDown(): void {
    this.#calm = true;
    this.#downUntil.clear();
    for (const userId of this.#skews.keys()) this.#skews.set(userId, 0);
  }

  readonly isCalm = (): boolean => this.#calm;

  isDown(part: Part): boolean {
    return (this.#downUntil.get(part) ?? 0) > this.scheduler.now;
  }

  takeDown(part: Part, milliseconds: number): void {
    this.#downUntil.set(part, this.scheduler.now + milliseconds);
  }

  /** By how much the clock of somebody's object is ahead. */
  skewOf(userId: UserId): number {
    return this.#skews.get(userId) ?? 0;
  }

  setSkew(userId: UserId, skew: number): void {
    this.#skews.set(userId, skew);
  }

  /** One dies, with all that it was doing, and another starts. */
  replace(isolate: Isolate): void {
    const at = this.isolates.indexOf(isolate);
    if (at === -1) return;
    isolate.host.die();
    this.isolates[at] = this.#start();
  }

  /** Where nobody waits for the outcome; outages are part of the day. */
  readonly mishap = (error: unknown): void => {
    if (!(error instanceof Unavailable || error instanceof BrokenOff)) this.mishaps.push(error);
  };

  #start(): Isolate {
    this.#started += 1;
    const skew = this.#random.below(2 * MAX_SKEW) - MAX_SKEW;
    return startIsolate(this, `isolate ${this.#started}`, skew);
  }
}

/** The fakes that the contract suites keep honest, one of each. */
function portsOf(db: MemoryDatabase, claims: Claimed[]) {
  return {
    actors: memoryActors(db),
    audit: memoryAuditTrail(),
    deadLetters: memoryDeadLetters((id) => !db.users.has(id as UserId)), // asked of users alone
    jwksCache: memoryJwksCache(),
    keys: memorySigningKeys(),
    mails: notedMails(memoryMails(), claims),
    programFeed: memoryProgramFeed(db),
    programRecord: memoryProgramRecord(db),
    recordOutbox: memoryRecordOutbox(),
    roles: memoryRoles(db),
    serviceAccounts: memoryServiceAccounts(db),
    users: memoryUsers(db),
  };
}

function configOf(): Config {
  const parsed = parseConfig({
    ISSUER: "https://auth.example.com",
    AUDIENCE: "https://api.example.com",
    PUBLIC_APP_URL: "https://app.example.com",
    MAIL_FROM: "auth@example.com",
    REGISTRATION: "closed",
    REQUIRE_VERIFIED_EMAIL: "false",
    SIGNING_ALG: "EdDSA",
    AUTH_SECRETS: `v1:${Buffer.from([...Array(32).keys()]).toString("base64url")}`,
  });
  if (!parsed.ok) throw new Error(`the simulation is misconfigured: ${parsed.problems.join()}`);
  return parsed.value;
}
