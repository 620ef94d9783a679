import { Unavailable } from "../../src/use-cases/outside.ts";

/**
 * How a call breaks: before it did anything, or after it did everything and the reply was lost;
 * or it and all that follow do nothing.
 */
export type FaultKind = "not done" | "reply lost" | "outage from here on";
export const SINGLE_FAULTS = ["not done", "reply lost"] as const;
export const FAULTS: readonly FaultKind[] = [...SINGLE_FAULTS, "outage from here on"];

/** Breaks the n-th call of all the ports it wraps, until the fault is over. */
export class PortFaults {
  readonly #nth: number;
  readonly #kind: FaultKind;
  #calls = 0;
  #isOver = false;
  /** The call that broke, such as "refresh"; null while none did. */
  struck: string | null = null;

  constructor(nth: number, kind: FaultKind) {
    this.#nth = nth;
    this.#kind = kind;
  }

  end(): void {
    this.#isOver = true;
  }

  /** A port, or a function that a port gave, whose calls are counted. */
  wrap<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => this.#call(String(key), () => value.apply(target, args));
      },
      apply: (target, self, args) =>
        this.#call("sign", async () => Reflect.apply(asFunction(target), self, args)),
    });
  }

  async #call(name: string, invoke: () => unknown): Promise<unknown> {
    const isMeant = this.#isMeant(name);
    if (isMeant && this.#kind !== "reply lost") throw new Unavailable(name);
    const result = await invoke();
    if (isMeant) throw new Unavailable(name);
    return typeof result === "function" ? this.wrap(result) : result;
  }

  #isMeant(name: string): boolean {
    if (this.#isOver) return false;
    this.#calls += 1;
    if (this.#calls === this.#nth) this.struck = name;
    const lasts = this.#kind === "outage from here on" && this.#calls > this.#nth;
    return this.#calls === this.#nth || lasts;
  }
}

function asFunction(target: unknown): (...args: unknown[]) => unknown {
  if (typeof target !== "function") throw new Error("called what is no function");
  return (...args) => Reflect.apply(target, undefined, args);
}

/**
 * Runs a scenario with the first call broken, then with the second, and so on until no call is
 * left to break.
 *
 * @returns which calls broke, in order
 */
export async function atEveryCall(
  kind: FaultKind,
  scenario: (faults: PortFaults) => Promise<void>,
): Promise<string[]> {
  const broken: string[] = [];
  for (let nth = 1; ; nth++) {
    const faults = new PortFaults(nth, kind);
    await scenario(faults);
    if (faults.struck === null) return broken;
    broken.push(faults.struck);
  }
}

/** What became of a call: its value, or that a store did not answer. Anything else is a bug. */
export async function outcomeOf<T>(work: Promise<T>): Promise<T | "unavailable"> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unavailable) return "unavailable";
    throw error;
  }
}
