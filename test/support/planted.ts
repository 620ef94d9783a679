import { vi } from "vitest";
import { KvAuthorityStore } from "../../src/persistence/durable/accounts/authority-store.ts";
import { UserObject } from "../../src/persistence/durable/accounts/user-object.ts";
import { SessionTable } from "../../src/persistence/durable/sessions/session-table.ts";
import { userHistories } from "./user-exploration.ts";

type Planted = {
  /** Puts the mistake into the real object, until mocks are restored. */
  readonly plant: () => void;
  /** Among which it must show. */
  readonly histories: ReturnType<typeof userHistories>;
};

const histories = userHistories("its copy");

/** What D1 says to changes never arrives, so that everything hangs by what was noted before. */
const withoutReplies: typeof histories = {
  ...histories,
  plans: histories.plans.map((plan) => ({ ...plan, d1: Array(24).fill("reply lost") })),
};

const inAny = (plant: () => void): Planted => ({ plant, histories });

/** Mistakes that somebody could make. */
export const PLANTED: Readonly<Record<string, Planted>> = {
  "a check that answers from memory": inAny(() => {
    const { check } = UserObject.prototype;
    const answers = new Map<string, ReturnType<typeof check>>();
    vi.spyOn(UserObject.prototype, "check").mockImplementation(function (this: UserObject, to, id) {
      const known = answers.get(id);
      if (known !== undefined) return known.then((answer) => structuredClone(answer));
      const answer = check.call(this, to, id);
      answers.set(id, answer);
      return answer;
    });
  }),
  "a rotation that is not stored": inAny(() => {
    vi.spyOn(SessionTable.prototype, "update").mockImplementation(function (
      this: SessionTable,
      session,
    ) {
      return this.find(session.id) !== null;
    });
  }),
  "a session as it was before its last rotation": inAny(() => {
    const older = new Map<string, ReturnType<SessionTable["find"]>>();
    vi.spyOn(SessionTable.prototype, "remembered").mockImplementation(function (
      this: SessionTable,
      id,
    ) {
      const session = this.find(id);
      const before = older.get(id) ?? session;
      older.set(id, session);
      return before;
    });
  }),
  "an ended session that is stored again by a refresh": inAny(() => {
    const { update } = SessionTable.prototype;
    const known = new Map<string, NonNullable<ReturnType<SessionTable["find"]>>>();
    vi.spyOn(SessionTable.prototype, "remembered").mockImplementation(function (
      this: SessionTable,
      id,
    ) {
      const session = this.find(id) ?? known.get(id) ?? null;
      if (session !== null) known.set(id, session);
      return session;
    });
    vi.spyOn(SessionTable.prototype, "update").mockImplementation(function (
      this: SessionTable,
      session,
    ) {
      known.set(session.id, session);
      if (!update.call(this, session)) this.add(session);
      return true;
    });
  }),
  "an end of sessions that is answered before it is made": inAny(() => {
    const { endSessions } = UserObject.prototype;
    vi.spyOn(UserObject.prototype, "endSessions").mockImplementation(async function (
      this: UserObject,
      ...args
    ) {
      const [to, which] = args;
      const listed = (await this.listSessions(to)).map(({ id }) => id);
      void new Promise((later) => setTimeout(later)).then(() => endSessions.call(this, ...args));
      if (which === "all") return listed.length;
      const isEnded = (id: string) =>
        "only" in which ? id === which.only : id !== which.allExcept;
      return listed.filter(isEnded).length;
    });
  }),
  "a change that ends no session": inAny(() => {
    vi.spyOn(SessionTable.prototype, "removeAllExcept").mockReturnValue(0);
  }),
  "a change that is not noted before it is made": {
    histories: withoutReplies,
    plant: () => {
      vi.spyOn(KvAuthorityStore.prototype, "begin").mockReturnValue();
    },
  },
};
