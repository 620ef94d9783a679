import type { EventType } from "../../src/domain/events/event.ts";

/** What was asked of the service, and all that is known of what came of it. */
export type Act = {
  /** That of its request, which the events of it carry as well. */
  readonly id: string;
  readonly what: string;
  /** Whom it is about, as people read it. */
  readonly about: string;
  /** How often the runtime had been started. */
  readonly life: number;
  /** Null when no answer came, or one that says that the outcome is unknown. */
  readonly status: number | null;
  readonly code: string | null;
  /** What is told of it, if it happened. */
  readonly events: readonly EventType[];
  /** Null while nobody knows; found out later, by what is there. */
  happened: boolean | null;
};

/** A promise that was not kept. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly about: string;

  constructor(about: string, what: string) {
    super(`${about}: ${what}`);
    this.about = about;
  }
}

export type Ledger = ReturnType<typeof newLedger>;

export function newLedger() {
  const acts = new Map<string, Act>();
  const count = (is: (act: Act) => boolean) => [...acts.values()].filter(is).length;
  return {
    acts,
    write(act: Act): Act {
      acts.set(act.id, act);
      return act;
    },
    figures: () => ({
      acts: acts.size,
      acknowledged: count(({ status }) => status !== null && status < 400),
      refused: count(({ status }) => status !== null && status >= 400),
      unavailable: count(({ status, code }) => status === null && code !== null),
      broken: count(({ status, code }) => status === null && code === null),
      foundOut: count(({ status, happened }) => status === null && happened !== null),
    }),
    /** The last of what concerns somebody, a line each. */
    print: (about: string, last = 60): string =>
      [...acts.values()]
        .filter((act) => act.about === about)
        .slice(-last)
        .map(lineOf)
        .join("\n"),
  };
}

const lineOf = ({ id, life, what, status, code, happened }: Act): string => {
  const answer = status === null ? (code ?? "no answer") : `${status} ${code ?? ""}`;
  return `${id}  life ${life}  ${what}  ${answer.trim()}  ${happened === null ? "?" : happened}`;
};
