import type { Operation, Verdict } from "./linearizability.ts";

/** Writes down calls as they are made and answered. */
export class RecordedHistory<I> {
  readonly #operations: {
    by: string;
    input: I;
    invokedAt: number;
    answer: { output: string; at: number } | null;
  }[] = [];
  #moment = 0;

  get operations(): readonly Operation<I, string>[] {
    return this.#operations;
  }

  /**
   * A call that throws has no answer, nor has one whose answer nobody can tell anything from.
   *
   * @param told what an answer says, or null where the outcome is unknown
   */
  async record<T>(
    by: string,
    input: I,
    call: () => T | Promise<T>,
    told: (answer: T) => string | null,
  ): Promise<T> {
    const operation = { by, input, invokedAt: ++this.#moment, answer: null };
    const at = this.#operations.push(operation) - 1;
    const answer = await call();
    const output = told(answer);
    if (output !== null) {
      this.#operations[at] = { ...operation, answer: { output, at: ++this.#moment } };
    }
    return answer;
  }
}

/** For people: who called what and when, what was answered, and where the explanation ends. */
export function shown<I>(
  history: readonly Operation<I, string>[],
  { order }: Verdict<I, string>,
  inWords: (input: I) => string,
): string {
  const lines = history.map((one) => {
    const place = order.indexOf(one);
    const when = `${one.invokedAt}-${one.answer?.at ?? ""}`.padEnd(7);
    const answer = one.answer === null ? "no answer" : one.answer.output;
    return `${place < 0 ? "   ?" : String(place + 1).padStart(4)}  ${when} ${one.by.padEnd(6)} ${inWords(one.input)} -> ${answer}`;
  });
  return [
    "no order of these explains all answers; the first column is the best there is:",
    ...lines,
  ].join("\n");
}
