/**
 * One call of a concurrent history. Moments are places in the order of all invocations and answers.
 *
 * @property answer null where none came: the call may take effect at any later moment, or never
 */
export type Operation<I, O> = {
  readonly by: string;
  readonly input: I;
  readonly invokedAt: number;
  readonly answer: { readonly output: O; readonly at: number } | null;
};

/** What the object would do if calls came one at a time. States are values: nothing changes one. */
export type SequentialModel<S, I, O> = {
  readonly initial: S;
  /**
   * @param output null where nobody knows what was answered
   * @returns every state that the call may leave behind: none where the output cannot be
   */
  next(state: S, input: I, output: O | null): readonly S[];
  /** Equal for equal states, and for no others. */
  keyOf(state: S): string;
};

/**
 * @property order calls one at a time that explain every answer; where nothing does, the longest
 *   beginning that explains some
 */
export type Verdict<I, O> = {
  readonly isLinearizable: boolean;
  readonly order: readonly Operation<I, O>[];
};

/**
 * Whether the calls seem to have taken effect one at a time, each between its invocation and its
 * answer (Herlihy, Wing: Linearizability, a Correctness Condition for Concurrent Objects, TOPLAS
 * 1990). A depth-first search for such an order (Wing, Gong: Testing and Verifying Concurrent
 * Objects, JPDC 1993), that meets no set of calls in no state twice (Lowe: Testing for
 * Linearizability, CCPE 2017): what Knossos and Porcupine do.
 */
export function linearize<S, I, O>(
  history: readonly Operation<I, O>[],
  model: SequentialModel<S, I, O>,
): Verdict<I, O> {
  const seen = new Set<string>();
  const order: Operation<I, O>[] = [];
  let longest: readonly Operation<I, O>[] = [];

  const search = (left: ReadonlySet<Operation<I, O>>, state: S): boolean => {
    const firstAnswer = Math.min(...[...left].map(answeredAt));
    if (firstAnswer === Number.POSITIVE_INFINITY) return true;
    if (order.length > longest.length) longest = [...order];
    const place = `${[...left].map((one) => one.invokedAt).join()} ${model.keyOf(state)}`;
    if (seen.has(place)) return false;
    seen.add(place);
    // A call that began when another had been answered comes after it.
    const next = [...left].filter((one) => one.invokedAt < firstAnswer);
    return next.some((one) =>
      model.next(state, one.input, outputOf(one)).some((after) => {
        order.push(one);
        const isFound = search(without(left, one), after);
        if (!isFound) order.pop();
        return isFound;
      }),
    );
  };

  const isLinearizable = search(new Set(history), model.initial);
  return { isLinearizable, order: isLinearizable ? order : longest };
}

const outputOf = <I, O>({ answer }: Operation<I, O>): O | null =>
  answer === null ? null : answer.output;

const answeredAt = <I, O>({ answer }: Operation<I, O>): number =>
  answer === null ? Number.POSITIVE_INFINITY : answer.at;

function without<T>(all: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const others = new Set(all);
  others.delete(one);
  return others;
}
