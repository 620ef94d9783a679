import type { Config } from "../../src/core/config/config.ts";
import type { ServiceAccountId, UserId } from "../../src/domain/ids.ts";
import type { ProgramCalls } from "../../src/persistence/durable/clients/service-account-calls.ts";
import type { LoginNameJudge } from "../../src/use-cases/credentials/judge-login-name.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import { memoryActors } from "../support/fakes/actors.ts";
import { memoryAuditTrail } from "../support/fakes/audit-trail.ts";
import { memoryChangeFeed } from "../support/fakes/change-feed.ts";
import { memoryDeadLetters } from "../support/fakes/dead-letters.ts";
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
import { Settings } from "./settings.ts";
import { EdgeKv } from "./stores/edge-kv.ts";
import { KeyLog } from "./stores/key-log.ts";
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

/** Milliseconds after which the platform drops an isolate that nobody asked anything. */
const UNUSED = 60 * 60_000;

/** Milliseconds within which a deployment has reached every isolate. */
export const ROLLOUT = 60_000;

/** All there is: the stores, what survives in them, who serves, and what everybody was told. */
export class World {
  readonly scheduler: Scheduler;
  readonly settings: Settings;
  readonly edge = new EdgeKv(this);
  readonly keyLog = new KeyLog();
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
  /** The names of those that run code of an earlier release. */
  readonly older = new Set<string>();
  /** What was thrown where nobody waits, outages aside. */
  readonly mishaps: unknown[] = [];
  readonly #random: Random;
  /** When each part last refused to answer somebody. */
  readonly refusedAt = new Map<string, number>();
  readonly #skews = new Map<UserId, number>();
  readonly #downUntil = new Map<Part, number>();
  readonly editorWaits: boolean;
  #started = 0;
  #wokenAt = 0;
  #calm = false;

  /** @param editorWaits whether the role that can be edited asks for two factors, in this history */
  constructor(scheduler: Scheduler, random: Random, editorWaits = false) {
    this.editorWaits = editorWaits;
    this.scheduler = scheduler;
    this.#random = random;
    this.settings = new Settings(random);
    this.ledger = new Ledger(scheduler, this.settings.refreshPolicies);
    this.ports = portsOf(this.db, this.keyLog, this.mailClaims, () => scheduler.now);
    this.mailbox = new Mailbox(() => scheduler.now);
    while (this.isolates.length < ISOLATES) this.isolates.push(this.#start());
  }

  /** What isolates that start now are configured with. */
  get config(): Config {
    return this.settings.config;
  }

  /** Old and new isolates serve side by side until all are replaced. */
  deploy(random: Random): void {
    for (const isolate of this.isolates) {
      const due = this.scheduler.now + random.below(ROLLOUT);
      this.scheduler.at(due, () => this.replace(isolate));
    }
  }

  /** Somebody does something: isolates that had nothing to do for long are not the same any more. */
  wake(): void {
    const { now } = this.scheduler;
    if (now - this.#wokenAt > UNUSED)
      for (const isolate of [...this.isolates]) this.replace(isolate);
    this.#wokenAt = now;
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
    const isolate = startIsolate(this, `isolate ${this.#started}`, skew);
    isolate.host.isOlder = this.#random.chance(0.15);
    if (isolate.host.isOlder) this.older.add(isolate.host.name);
    return isolate;
  }
}

/** The fakes that the contract suites keep honest, one of each. */
function portsOf(db: MemoryDatabase, keyLog: KeyLog, claims: Claimed[], now: () => number) {
  return {
    actors: memoryActors(db),
    audit: memoryAuditTrail(),
    deadLetters: memoryDeadLetters((id) => !db.users.has(id as UserId)), // asked of users alone
    keys: keyLog.logged(memorySigningKeys(), now),
    mails: notedMails(memoryMails(), claims),
    programFeed: memoryProgramFeed(db),
    programRecord: memoryProgramRecord(db),
    recordOutbox: memoryRecordOutbox(),
    roles: memoryRoles(db),
    serviceAccounts: memoryServiceAccounts(db),
    users: memoryUsers(db),
  };
}
