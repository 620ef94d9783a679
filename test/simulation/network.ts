import { decodeJwt, decodeProtectedHeader } from "jose";
import type { Origin } from "../../src/domain/access/actor.ts";
import type { Reason, Result } from "../../src/domain/result.ts";
import type { AccessTokenClaims } from "../../src/domain/tokens/access-token.ts";
import { Unavailable } from "../../src/use-cases/outside.ts";
import type { TokenPair } from "../../src/use-cases/tokens/issue-token.ts";
import { strikes } from "./faults.ts";
import { BrokenOff } from "./host.ts";
import type { UseCases } from "./isolate.ts";
import type { Answer, Asked, Seen } from "./ledger.ts";
import type { World } from "./world.ts";

/** Milliseconds after which a client waits no longer. */
const TIMEOUT = 10_000;

/** What an isolate does for a request that came from there. */
export type Work = (useCases: UseCases, from: Origin) => Promise<Answer>;

/** Where a request came from: it names who asked and the request, so that either is found again. */
export const originOf = ({ asked: { user, by = user }, begun }: Seen): Origin => ({
  ip: `ip of ${by}`,
  userAgent: `agent of ${by}`,
  requestId: `request ${begun} of ${by}`,
});

/** A request over the network, as its sender sees it: no answer says nothing of the outcome. */
export function send(world: World, asked: Asked, work: Work): Promise<Answer | "lost"> {
  const { scheduler } = world;
  const answered = Promise.withResolvers<Answer | "lost">();
  const stop = scheduler.at(scheduler.now + TIMEOUT, () => answered.resolve("lost"));
  const arrive = async () => {
    await scheduler.hop();
    if (strikes(world, "request lost")) return;
    if (strikes(world, "request twice")) again(world, asked, work).catch(world.mishap);
    const answer = await serve(world, asked, work);
    await scheduler.hop();
    if (answer.kind === "broken off" || strikes(world, "reply lost")) return;
    stop();
    answered.resolve(answer);
  };
  arrive().catch(world.mishap);
  return answered.promise;
}

/** A copy that comes by another way, whose answer nobody hears. */
async function again(world: World, asked: Asked, work: Work): Promise<void> {
  await world.scheduler.hop();
  await serve(world, asked, work);
}

/** What one isolate makes of it, written into the ledger whatever becomes of the reply. */
async function serve(world: World, asked: Asked, work: Work): Promise<Answer> {
  const { random } = world.scheduler.context;
  const isolate = world.isolates[random.below(world.isolates.length)];
  if (isolate === undefined) throw new Error("no isolate serves");
  const seen = world.ledger.begin(asked, false, isolate.host.name);
  if (strikes(world, "isolate dies")) {
    const soon = world.scheduler.now + random.below(200);
    world.scheduler.at(soon, () => world.replace(isolate));
  }
  const answer = await isolate.host.served(work(isolate.useCases, originOf(seen))).catch(failureOf);
  world.ledger.answer(seen, answer);
  return answer;
}

function failureOf(error: unknown): Answer {
  if (error instanceof Unavailable) return { kind: "unavailable" };
  if (error instanceof BrokenOff) return { kind: "broken off" };
  return { kind: "failed", error: error instanceof Error ? `${error.stack}` : String(error) };
}

export const OK: Answer = { kind: "ok" };

/** A result as an answer, without what it holds. */
export function done(result: Result<unknown, Reason>): Answer {
  if (result.ok) return OK;
  const { error } = result;
  return { kind: "refused", code: typeof error === "string" ? error : error.code };
}

/** A result that gives tokens. */
export function withTokens(result: Result<TokenPair, Reason>): Answer {
  if (!result.ok) return done(result);
  return { kind: "ok", tokens: { ...result.value, claims: claimsOf(result.value.accessToken) } };
}

/** As whoever holds a token reads it. */
export const claimsOf = (token: string): AccessTokenClaims => decodeJwt<AccessTokenClaims>(token);

/** The key that signed it. */
export const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);

/** How a line of the history shows it. */
export function shown(answer: Answer | "lost"): string {
  if (answer === "lost") return "no answer";
  if (answer.kind === "refused") return `refused: ${answer.code}`;
  return answer.kind;
}
