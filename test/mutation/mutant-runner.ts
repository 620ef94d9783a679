import process from "node:process";
import { type RunnerTask, type RunnerTestCase, type RunnerTestSuite, TestRunner } from "vitest";
import { decidedBy, type Entry, entriesOf, note, pairOf, triedBy } from "./journal.ts";

/** What instrumented code looks at and leaves behind (Stryker's instrumenter). */
type Switchboard = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: {
    static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
};

const switchboard: Switchboard = {};
Object.assign(globalThis, { __stryker__: switchboard });

const JOURNAL = process.env["MUTATION_JOURNAL"] ?? "";
/** A mutant that turns a loop round more often than this many times as often as it did runs on. */
const MOST_TURNS = 100;
/** Milliseconds, and times the test's own: a busy machine is no endless wait. */
const PATIENCE = { atLeast: 10_000, times: 50 };

type Attempt = "passed" | "failed" | "endless";

/**
 * Runs every test as it is, and then once for each mutant that it reached and that nothing has
 * noticed yet, in the same process: mutants are switches in code that is loaded once.
 */
export default class MutantRunner extends TestRunner {
  readonly #decided = decidedBy(entriesOf(JOURNAL));
  readonly #tried = triedBy(entriesOf(JOURNAL));
  /** A file whose tests failed without a mutant: what its tests share is not what it was. */
  #unsound = "";

  override onBeforeTryTask(
    test: RunnerTask,
    options: Parameters<TestRunner["onBeforeTryTask"]>[1],
  ) {
    super.onBeforeTryTask(test, options);
    switchboard.currentTestId = test.id;
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const begun = performance.now();
    await TestRunner.getTestFn(test)();
    const took = performance.now() - begun;
    const reached = switchboard.mutantCoverage?.perTest[test.id] ?? {};
    this.#note({ kind: "reached", test: nameOf(test), mutants: Object.keys(reached) });
    const patience = Math.max(PATIENCE.atLeast, PATIENCE.times * took);
    await this.#tryMutants(test, { ...reached }, patience);
    switchboard.currentTestId = undefined;
  }

  override onAfterRunFiles(files: Parameters<TestRunner["onAfterRunFiles"]>[0]): void {
    super.onAfterRunFiles(files);
    const mutants = Object.keys(switchboard.mutantCoverage?.static ?? {});
    this.#note({ kind: "loaded", mutants });
  }

  async #tryMutants(test: RunnerTestCase, reached: Record<string, number>, patience: number) {
    const [name, file] = [nameOf(test), test.file.filepath];
    const open = Object.entries(reached).filter(
      ([mutant]) => !this.#decided.has(mutant) && !this.#tried.has(pairOf(name, mutant)),
    );
    if (open.length === 0 || this.#unsound === file) return;
    const isSound = async (mutant: string | null) => {
      if ((await this.#attempt(test, null, 0, patience)) === "passed") return true;
      this.#unsound = file;
      this.#note({ kind: "unsound", test: name, mutant });
      return false;
    };
    if (!(await isSound(null))) return;
    for (const [mutant, turns] of open) {
      this.#note({ kind: "trying", mutant, test: name });
      const attempt = await this.#attempt(test, mutant, MOST_TURNS * (turns + 1), patience);
      if (attempt === "passed") continue;
      if (!(await isSound(mutant))) return;
      this.#decided.add(mutant);
      this.#note({ kind: attempt === "failed" ? "killed" : "endless", mutant, test: name });
    }
  }

  /** Once more, with everything that runs before and after a test, the mutant active. */
  async #attempt(
    test: RunnerTestCase,
    mutant: string | null,
    hitLimit: number,
    patience: number,
  ): Promise<Attempt> {
    Object.assign(switchboard, { activeMutant: mutant ?? undefined, hitCount: 0, hitLimit });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const endless = new Promise<Attempt>((resolve) => {
      timer = setTimeout(() => resolve("endless"), patience);
    });
    const run = this.#once(test).then(
      (): Attempt => "passed",
      (): Attempt => "failed",
    );
    const attempt = await Promise.race([run, endless]);
    clearTimeout(timer);
    switchboard.activeMutant = undefined;
    return attempt;
  }

  async #once(test: RunnerTestCase): Promise<void> {
    super.onBeforeTryTask(test, { retry: 0, repeats: 0 });
    const suites = suitesOf(test);
    const undo: unknown[] = [];
    try {
      for (const suite of suites) {
        for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
          undo.push(await hook(test.context, suite));
        }
      }
      await TestRunner.getTestFn(test)();
      super.onAfterTryTask(test);
    } finally {
      for (const suite of suites.toReversed()) {
        for (const hook of TestRunner.getSuiteHooks(suite).afterEach) {
          await hook(test.context, suite);
        }
      }
      for (const step of undo.reverse()) if (typeof step === "function") await step();
    }
  }

  #note(entry: Entry): void {
    note(JOURNAL, entry);
  }
}

/** The outermost first. */
function suitesOf({ file, suite }: RunnerTestCase): RunnerTestSuite[] {
  const inner: RunnerTestSuite[] = [];
  for (let one = suite; one !== undefined; one = one.suite) inner.unshift(one);
  return [file, ...inner.filter((one) => one !== file)];
}

const nameOf = ({ file, fullTestName }: RunnerTestCase): string => `${file.name} > ${fullTestName}`;
