import * as z from "zod";
import { err, ok, type Result } from "../../src/domain/result.ts";

type Surroundings = {
  readonly fetcher: typeof fetch;
  /** Unix milliseconds */
  now(): number;
  /** @param time milliseconds */
  sleep(time: number): Promise<unknown>;
  /** Hears of each answer that differs from the one before. */
  say(line: string): void;
};

const SECOND = 1_000;
const INTERVAL = 3 * SECOND;

/** A new domain waits for its certificate, which takes minutes. */
const PATIENCE = 10 * 60 * SECOND;
const ANSWER_TIMEOUT = 15 * SECOND;

/** One good answer may be the last of the code before. */
const ANSWERS_IN_A_ROW = 3;

/**
 * Asks `/health/ready` until it has been well several times in a row.
 *
 * @param issuer where the service answers
 * @returns what it last said, if it is not well in time
 */
export async function waitUntilReady(
  issuer: string,
  { fetcher, now, sleep, say }: Surroundings,
): Promise<Result<null, string>> {
  const url = `${issuer}/health/ready`;
  const end = now() + PATIENCE;
  let last = "";
  for (let inARow = 0; inARow < ANSWERS_IN_A_ROW; ) {
    const answer = await ask(url, fetcher);
    inARow = answer === WELL ? inARow + 1 : 0;
    if (answer !== last) say(`${url}: ${answer}`);
    last = answer;
    if (inARow === ANSWERS_IN_A_ROW) break;
    if (now() >= end) return err(`${url} is not well after ${PATIENCE / SECOND} s: ${last}`);
    await sleep(INTERVAL);
  }
  return ok(null);
}

const WELL = "ready";

const health = z.object({ checks: z.record(z.string(), z.object({ status: z.string() })) });
const problem = z.object({ code: z.string() });

async function ask(url: string, fetcher: typeof fetch): Promise<string> {
  try {
    const response = await fetcher(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT),
    });
    if (response.status === 200) return WELL;
    return `${response.status}${told(await response.text())}`;
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    return `no answer (${cause instanceof Error ? cause.message : String(error)})`;
  }
}

/** The checks that fail, or the code of a problem. */
function told(body: string): string {
  const json = jsonOf(body);
  const { data: checked } = health.safeParse(json);
  if (checked !== undefined) {
    const failing = Object.entries(checked.checks).filter(([, { status }]) => status !== "ok");
    return `, unavailable: ${failing.map(([name]) => name).join(", ")}`;
  }
  const { data: refused } = problem.safeParse(json);
  return refused === undefined ? "" : `, ${refused.code}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
