import { randomInt } from "node:crypto";
import {
  emailOf,
  refreshExchange,
  serviceAccount,
  signedIn,
  signInExchange,
} from "../servers/auth-service.ts";
import { bearer, form, get, inTurn, post, stranger, times } from "../servers/http.ts";
import type { Tokens } from "../servers/rotation.ts";
import { originOf, type Running } from "../servers/server.ts";
import type { Answer, Client } from "./clients.ts";

/** What the crowd did that must be found again at the end. */
export type Done = {
  /** Sign-ins that succeeded, by the number of the person. */
  readonly signIns: Map<number, number>;
  /** People who were told that a mail is on its way. */
  readonly mailed: Set<string>;
  /** Names with which somebody tried to sign in. */
  readonly tried: Set<string>;
};

/** People by their number: those with sessions, those who sign in, those whom strangers try. */
const [SIGNERS, VICTIMS, FORGETFUL] = [100, 200, 1_000];
const VICTIM_COUNT = 50;

const inc = (counts: Map<number, number>, key: number): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

/** A wrong password for a name that there is or not, from one of many addresses. */
function attack({ tried }: Done) {
  const email = randomInt(2) === 0 ? stranger() : emailOf(VICTIMS + randomInt(VICTIM_COUNT));
  tried.add(email);
  const from = { "cf-connecting-ip": `203.0.${randomInt(256)}.${randomInt(256)}` };
  return post("/v1/auth/login", { email, password: "seven quiet herons by the estuary" }, from);
}

function refresher(origin: string, first: Tokens): Client {
  let { refresh_token } = first;
  const taken = ({ body }: Answer) => {
    refresh_token = (JSON.parse(body) as Tokens).refresh_token;
  };
  const next = () => refreshExchange(refresh_token);
  return { kind: "refresh", origin, next, right: [200], taken, pause: 100 };
}

function signer(origin: string, index: number, done: Done): Client {
  const taken = () => inc(done.signIns, index);
  done.tried.add(emailOf(index));
  const next = () => signInExchange(index);
  return { kind: "sign-in", origin, next, right: [200], taken, pause: 50 };
}

/** Each person forgets their password once, so that each is owed one mail. */
function forgetful(origin: string, isMine: (index: number) => boolean, done: Done): Client {
  let index = FORGETFUL;
  let email = "";
  return {
    kind: "mail",
    origin,
    next: () => {
      do index += 1;
      while (!isMine(index));
      email = emailOf(index);
      return post("/v1/auth/password/forgot", { email });
    },
    right: [202],
    taken: () => void done.mailed.add(email),
    pause: 200,
  };
}

/** Everybody; made before the flood begins, since they have to sign in. */
export async function crowd(running: Running, done: Done): Promise<Client[]> {
  const [origin, caller] = [originOf(running), originOf(running, "caller")];
  const people = await inTurn(4, async (index) => {
    inc(done.signIns, index);
    done.tried.add(emailOf(index));
    return signedIn(running, index);
  });
  const program = await serviceAccount(running);
  inc(done.signIns, 0);
  const fixed = { right: [200], pause: 100 };
  const checks = people.flatMap(({ access_token: token }): Client[] => [
    {
      ...fixed,
      kind: "check",
      origin,
      right: [204],
      next: () => get("/v1/auth/check", bearer(token)),
    },
    { ...fixed, kind: "verify at 0 s", origin: caller, next: () => get("/0", bearer(token)) },
    {
      ...fixed,
      kind: "verify offline",
      origin: caller,
      next: () => get("/offline", bearer(token)),
    },
    {
      ...fixed,
      kind: "introspect",
      origin,
      next: () => form("/oauth2/introspect", { token }, program),
    },
  ]);
  const flood = { kind: "flood", origin, right: [401], next: () => attack(done), pause: 20 };
  return [
    ...people.map((tokens) => refresher(origin, tokens)),
    ...checks,
    ...times(4, (index) => signer(origin, SIGNERS + index, done)),
    ...times(2, (half) => forgetful(origin, (index) => index % 2 === half, done)),
    ...times(24, () => flood),
    ...times(8, () => ({ ...flood, kind: "flood, hanging up", patience: 400 })),
  ];
}
