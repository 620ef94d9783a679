import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { AccountChange } from "../../src/domain/accounts/account-change.ts";
import { type Authority, authorityOf } from "../../src/domain/accounts/authority.ts";
import type { SessionId, UserId } from "../../src/domain/ids.ts";
import { d1AccountRecord } from "../../src/persistence/d1/accounts/account-record.ts";
import { d1Users } from "../../src/persistence/d1/accounts/users.ts";
import { database } from "../../src/persistence/d1/database.ts";
import { durableAccounts } from "../../src/persistence/durable/accounts/accounts.ts";
import type { AccountPolicy, UserObjects } from "../../src/use-cases/accounts/ports.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import type { UserCall } from "./model-user.ts";
import { inWords, type ModelChange } from "./model-user-account.ts";
import { ABSOLUTE, IDLE, MOST_SESSIONS, WINDOW } from "./model-user-sessions.ts";
import { surrounded } from "./objects.ts";
import { RecordedHistory } from "./recorded-history.ts";
import { CAUSE, CLIENT, SECOND, someId, someSession, someSessionId, someUser } from "./samples.ts";
import { userObject } from "./storage.ts";
import { unheard } from "./unheard.ts";
import { answerInWords } from "./user-answers.ts";
import type { UserPlan, UserStep } from "./user-plans.ts";
import { type CallWeather, callIn, calmD1, stormyD1 } from "./weather.ts";

const CHANGES: Readonly<Record<ModelChange, AccountChange>> = {
  "set password": { kind: "set_password", passwordHash: "another" },
  disable: { kind: "set_status", status: "disabled" },
  enable: { kind: "set_status", status: "active" },
  promote: { kind: "assign_role", role: "admin" },
  demote: { kind: "remove_role", role: "admin" },
  delete: { kind: "delete" },
};

const NEVER = 1_000_000 * SECOND;

const policyOf = (reads: UserPlan["reads"]): AccountPolicy => ({
  refresh: {
    idleTtl: IDLE * SECOND,
    absoluteTtl: ABSOLUTE * SECOND,
    replayWindow: WINDOW * SECOND,
  },
  authorityMaxAge: reads === "the row" ? 0 : NEVER,
  maxSessions: MOST_SESSIONS,
  requireVerifiedEmail: false,
});

/** One user of the real service, whom several clients call at once. */
class PlayedUser {
  readonly history = new RecordedHistory<UserCall>();
  readonly #users = d1Users(database(calmD1), unheard);
  readonly #record = d1AccountRecord(database(calmD1));
  readonly #id: UserId;
  readonly #policy: AccountPolicy;
  readonly #start = Date.now();
  /** The sessions that were asked for, and the newest token that somebody was told of. */
  readonly #sessions: { readonly name: string; readonly id: SessionId; token: number }[] = [];
  #weather: CallWeather[] = [];
  #changes = 0;

  constructor(id: UserId, policy: AccountPolicy) {
    this.#id = id;
    this.#policy = policy;
  }

  static async create(reads: UserPlan["reads"]): Promise<PlayedUser> {
    const made = someUser();
    await d1Users(database(calmD1), unheard).create(made);
    return new PlayedUser(made.id, policyOf(reads));
  }

  set weather(weather: readonly CallWeather[]) {
    this.#weather = [...weather];
  }

  get sessions(): number {
    return this.#sessions.length;
  }

  /** Takes a step. What an outage answers is no answer. */
  async take(by: string, step: UserStep): Promise<void> {
    try {
      await this.#take(by, step);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  async #take(by: string, step: UserStep): Promise<void> {
    switch (step.do) {
      case "wait":
        return this.#wait(by, step.seconds);
      case "evict":
        return evictDurableObject(userObject(this.#id)).catch(() => undefined); // it does not run
      case "abort":
        return this.#abort();
      case "open":
        return this.#open(by);
      case "change":
        return this.#change(by, step.change, step.isConditional, step.opens);
      case "by hand":
        return this.#byHand(by, step.change);
      case "end all": {
        const ending = this.#calls(by, { do: "end", which: "all except", session: null });
        return void (await ending.endSessions(this.#id, "all", CAUSE));
      }
      case "read":
        return void (await this.#seen(by));
      case "list":
        return void (await this.#calls(by, { do: "list" }).listSessions(this.#id));
      case "catch up":
        return void (await this.#calls(by, { do: "catch up" }).catchUp(this.#id));
      default:
        return this.#inSession(by, step);
    }
  }

  /** The port to the user's object, whose every try to call it is written down. */
  #calls(by: string, call: UserCall): UserObjects {
    const told = (answer: unknown) => answerInWords(call, answer, this.#start, this.#nameOf);
    const recording = surrounded(env.USERS, (_, invoke) => {
      const weather = this.#weather.shift() ?? "calm";
      return this.history.record(by, call, () => callIn(weather, invoke), told);
    });
    return durableAccounts(recording, this.#policy);
  }

  readonly #nameOf = (id: string): string =>
    this.#sessions.find((session) => session.id === id)?.name ?? id;

  /** What the row says, as whoever signs in or decides on a change reads it first. */
  async #seen(by: string): Promise<Authority | null> {
    const read = async () => (await this.#users.findById(this.#id))?.user ?? null;
    const user = await this.history.record(by, { do: "read" }, read, (row) =>
      row === null ? "gone" : inWords({ ...row, isAdmin: row.roles.includes("admin") }),
    );
    return user && authorityOf(user);
  }

  #newSession() {
    const session = { name: `s${this.#sessions.length + 1}`, id: someSessionId(), token: 0 };
    this.#sessions.push(session);
    return session;
  }

  async #open(by: string): Promise<void> {
    const seen = await this.#seen(by);
    if (seen === null) return;
    const { name, id } = this.#newSession();
    const call = { do: "open", session: name, seen: seen.version } as const;
    const command = { ...someSession({ sessionId: id }), seen, second: null, cause: CAUSE };
    await this.#calls(by, call).openSession(this.#id, command);
  }

  async #inSession(by: string, step: Extract<UserStep, { session: number }>): Promise<void> {
    const session = this.#sessions[step.session % Math.max(1, this.#sessions.length)];
    if (session === undefined) return;
    const { name, id } = session;
    switch (step.do) {
      case "check":
        await this.#calls(by, { do: "check", session: name }).check(this.#id, id);
        return;
      case "end": {
        const call = { do: "end", which: step.which, session: name } as const;
        const which = step.which === "only" ? { only: id } : { allExcept: id };
        await this.#calls(by, call).endSessions(this.#id, which, CAUSE);
        return;
      }
      case "holds": {
        const token = Math.max(0, session.token - step.age);
        const asked = this.#calls(by, { do: "holds", session: name, token });
        await asked.holdsToken(this.#id, id, `token ${token}`);
        return;
      }
      case "refresh": {
        const token = Math.max(0, session.token - step.age);
        if (await this.#refresh(by, session, token)) {
          session.token = Math.max(session.token, token + 1);
        }
      }
    }
  }

  async #refresh(by: string, { name, id }: { name: string; id: SessionId }, token: number) {
    const asked = this.#calls(by, { do: "refresh", session: name, token });
    const { kind } = await asked.refresh(this.#id, {
      sessionId: id,
      clientId: CLIENT,
      presented: `token ${token}`,
      successor: { hash: `token ${token + 1}`, secretVersion: 1 },
      knownRoles: null,
      device: { ip: null, userAgent: null },
      requestId: null,
    });
    return kind === "rotated" || kind === "replayed";
  }

  async #change(by: string, change: ModelChange, isConditional: boolean, opens: boolean) {
    const id = `change ${++this.#changes}`;
    const ifVersion = isConditional ? ((await this.#seen(by))?.version ?? null) : null;
    const session = opens ? this.#newSession() : null;
    const call = { do: "change", id, change, ifVersion, opens: session?.name ?? null } as const;
    await this.#calls(by, call).change(this.#id, {
      changeId: id,
      change: CHANGES[change],
      ifVersion,
      ...(session === null ? {} : { open: someSession({ sessionId: session.id }) }),
      cause: CAUSE,
    });
  }

  async #byHand(by: string, change: ModelChange): Promise<void> {
    const seen = await this.#seen(by);
    if (seen === null) return;
    const changeId = someId();
    const call = { do: "by hand", id: changeId, change, base: seen.version } as const;
    const made = (row: { changeId: string } | null) => {
      if (row === null) return "gone";
      return row.changeId === changeId ? "made" : "not made";
    };
    const apply = () =>
      this.#record.apply(this.#id, CHANGES[change], changeId, seen.version, Date.now(), false);
    await this.history.record(by, call, apply, made);
  }

  async #wait(by: string, seconds: number): Promise<void> {
    const move = () => vi.setSystemTime(Date.now() + seconds * SECOND);
    await this.history.record(by, { do: "wait", seconds }, move, () => "");
  }

  /** The object dies, and whoever waits for it learns nothing. */
  async #abort(): Promise<void> {
    const dying = runInDurableObject(userObject(this.#id), (_, state) => state.abort("it dies"));
    await dying.catch(() => undefined);
  }
}

/** Plays a plan against the real object, and looks at everything when it is over. */
export async function playUserPlan(plan: UserPlan): Promise<RecordedHistory<UserCall>> {
  const user = await PlayedUser.create(plan.reads);
  for (const step of plan.before) await user.take("first", step);
  user.weather = plan.calls;
  stormyD1(plan.d1);
  const clients = plan.clients.map(async (steps, client) => {
    for (const step of steps) await user.take(`c${client + 1}`, step);
  });
  await Promise.all(clients);
  user.weather = [];
  stormyD1([]);
  await user.take("last", { do: "read" });
  await user.take("last", { do: "list" });
  for (let session = 0; session < user.sessions; session++) {
    await user.take("last", { do: "check", session });
    await user.take("last", { do: "refresh", session, age: 0 });
  }
  return user.history;
}

/** In good weather, whatever a test brings. */
export const anAdministrator = () =>
  d1Users(database(calmD1), unheard).create(someUser({ roles: ["admin"] }));
