import type { UserId } from "../../../src/domain/ids.ts";
import type { AccessTokenClaims } from "../../../src/domain/tokens/access-token.ts";
import type { Answer, Asked } from "../ledger.ts";
import { done, kidOf, send, shown } from "../network.ts";
import type { Random } from "../random.ts";
import { type RemoteVerifier, startVerifier } from "../remote-verifier.ts";
import type { World } from "../world.ts";
import { type Actor, NETWORK_FAULTS } from "./actor.ts";

/** Tokens that are shown around: the newest so many, and any that is alive. */
const SHOWN = 12;

/** A kid that is made up, on a token that was issued just before. */
export const MADE_UP = "A".repeat(43);
const FORGED_HEADER = Buffer.from(
  JSON.stringify({ alg: "EdDSA", typ: "at+jwt", kid: MADE_UP }),
).toString("base64url");

type Issued = { readonly token: string; readonly claims: AccessTokenClaims };

/** Whoever is shown access tokens, and takes a verdict of some age. */
export const verifiers: Actor = {
  name: "verifier",
  faults: NETWORK_FAULTS,
  acts: {
    "asks the service": {
      weight: 5,
      async run(world, _, random) {
        const issued = someToken(world, random);
        if (issued === null) return "is shown nothing";
        const staleness = random.pick(["offline", "offline", 0, 5, 60, 600] as const);
        const answer = await ask(world, issued, staleness);
        if (staleness === "offline" || staleness === 0) return `${staleness}: ${shown(answer)}`;
        // As whoever takes an answer of that age asks: again once it is older.
        await world.scheduler.after(staleness * 1_000 + random.below(2_000));
        const again = await Promise.all([1, 2].map(() => ask(world, issued, staleness)));
        return `${staleness}: ${[answer, ...again].map(shown).join(" / ")}`;
      },
    },
    "judges by the key set": {
      weight: 5,
      async run(world, _, random) {
        const issued = someToken(world, random);
        const remote = random.pick(elsewhere(world));
        if (issued === null) return "is shown nothing";
        const seen = world.ledger.begin(judging(issued, "outside", "offline"), false, remote.name);
        const answer = await verdictOf(remote, issued.token);
        world.ledger.answer(seen, answer);
        return `${remote.name}: ${shown(answer)}`;
      },
    },
    "starts anew": {
      weight: 0.5,
      async run(world, _, random) {
        const all = elsewhere(world);
        const at = random.below(all.length);
        const { name } = all[at] ?? all[0];
        all[at] = startVerifier(world, random, name);
        return name;
      },
    },
    "is shown a kid that is made up": {
      weight: 1.5,
      async run(world, _, random) {
        const issued = someToken(world, random);
        if (issued === null) return "is shown nothing";
        return shown(await showMadeUp(world, issued));
      },
    },
  },
};

const known = new WeakMap<World, [RemoteVerifier, ...RemoteVerifier[]]>();

/** Those that a history has, from when it first needs them. */
function elsewhere(world: World): [RemoteVerifier, ...RemoteVerifier[]] {
  const { random } = world.scheduler.context;
  const all = known.get(world) ?? [
    startVerifier(world, random, "verifier 1"),
    startVerifier(world, random, "verifier 2"),
  ];
  known.set(world, all);
  return all;
}

/** One that the service issued lately, whether or not anybody got it. */
function someToken({ ledger, scheduler }: World, random: Random): Issued | null {
  const { issued } = ledger;
  const last = random.chance(0.5)
    ? issued.slice(-SHOWN)
    : issued.filter(({ claims }) => claims.exp * 1_000 > scheduler.now);
  return last[random.below(last.length)] ?? null;
}

function ask(world: World, issued: Issued, staleness: number | "offline") {
  return send(world, judging(issued, "service", staleness), async ({ tokens }) => {
    const verdict = await tokens.verifyToken(issued.token, { maxStaleness: staleness });
    if (!verdict.ok) return done(verdict);
    // As of now: what is asked of every such answer holds for this one.
    if (staleness === 0) return { kind: "ok", claims: verdict.value };
    return { kind: "ok", judged: verdict.value };
  });
}

/** As a stranger does who wants the keys to be read. */
export function showMadeUp(world: World, issued: Issued): Promise<Answer | "lost"> {
  const forged = [FORGED_HEADER, ...issued.token.split(".").slice(1)].join(".");
  const asked = { ...judging(issued, "service", "offline"), kid: MADE_UP };
  return send(world, asked, async ({ tokens }) =>
    done(await tokens.verifyToken(forged, { maxStaleness: "offline" })),
  );
}

const judging = (
  { token, claims }: Issued,
  where: "service" | "outside",
  staleness: number | "offline",
): Asked & { readonly what: "judge" } => ({
  what: "judge",
  user: claims.sub as UserId,
  where,
  staleness,
  kid: kidOf(token),
  claims,
});

async function verdictOf({ verifier }: RemoteVerifier, token: string): Promise<Answer> {
  const verdict = await verifier.verify(token);
  if (verdict.ok) return { kind: "ok", judged: verdict.claims };
  if (verdict.code === "unavailable") return { kind: "unavailable" };
  return { kind: "refused", code: verdict.code };
}
