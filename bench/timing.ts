/**
 * `npm run bench:timing -- [--tries N]`: can a stranger tell from the time of a reply whether an
 * address has an account? Every question is asked about addresses of each class in turn, and the
 * times are compared by rank. Writes the table into docs/timing.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { commit, exitOnSignals, machine, memoryDirectory, pinLoad, scratch } from "./machine.ts";
import { rankTest, shuffled, spreadOf } from "./measure/statistics.ts";
import { documented } from "./report/document.ts";
import { accounts, emailOf, launch, PASSWORD } from "./servers/auth-service.ts";
import { post, stranger } from "./servers/http.ts";
import { originOf, type Server } from "./servers/server.ts";
import { start } from "./servers/start.ts";

const DOCUMENT = join(import.meta.dirname, "../docs/timing.md");

/** Tries of each class before any is counted. */
const WARM_UP = 20;

const WRONG = "seven quiet herons by the estuary";

/** What the address is to the service. The first of a question is what the others are compared with. */
type Class = "unknown" | "known" | "disabled" | "unverified";

type Question = {
  readonly name: string;
  readonly classes: readonly [Class, ...Class[]];
  readonly path: string;
  readonly body: (email: string) => object;
  /** Of every reply, whatever the class. */
  readonly status: number;
};

const QUESTIONS: readonly Question[] = [
  {
    name: "forgotten password",
    classes: ["unknown", "known", "disabled", "unverified"],
    path: "/v1/auth/password/forgot",
    body: (email) => ({ email }),
    status: 202,
  },
  {
    name: "verification once more",
    classes: ["unknown", "known", "unverified"],
    path: "/v1/auth/email/resend",
    body: (email) => ({ email }),
    status: 202,
  },
  {
    name: "private registration",
    classes: ["unknown", "known", "disabled", "unverified"],
    path: "/v1/auth/register",
    body: (email) => ({ email, password: PASSWORD }),
    status: 202,
  },
  {
    name: "mailed code, start",
    classes: ["unknown", "known", "disabled", "unverified"],
    path: "/v1/auth/email-code/start",
    body: (email) => ({ email }),
    status: 202,
  },
  {
    name: "sign-in, wrong password",
    // Each costs a hash. Disabled and unverified accounts take the same steps as these.
    classes: ["unknown", "known"],
    path: "/v1/auth/login",
    body: (email) => ({ email, password: WRONG }),
    status: 401,
  },
];

/** Accounts of each class have numbers of their own: each is asked about once a question. */
const OFFSET: Readonly<Record<Exclude<Class, "unknown">, number>> = {
  known: 0,
  disabled: 1,
  unverified: 2,
};

const addressOf = (kind: Class, index: number, count: number): string =>
  kind === "unknown" ? stranger() : emailOf(OFFSET[kind] * count + index);

/** @param count of each class */
const seed = (count: number): string[] => [
  ...accounts(count * 3),
  "update users set email_verified = 1",
  `update users set status = 'disabled' where created_at between ${1700000000000 + count} and ${1700000000000 + 2 * count - 1}`,
  `update users set email_verified = 0 where created_at >= ${1700000000000 + 2 * count}`,
  "delete from change_feed",
];

const server = (count: number): Server => ({
  name: "auth-service",
  runtime: "workerd",
  launch: (_, bundles) =>
    launch(bundles, "native", seed(count), "auth-service", {
      REGISTRATION: "private",
      REQUIRE_VERIFIED_EMAIL: "true",
      EMAIL_CODE_SIGN_IN: "true",
    }),
  operations: [],
});

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds from the request to the end of the reply, on one connection. */
function timed(origin: string, { path, status }: Question, body: object): Promise<number> {
  const { method, headers, body: text } = post(path, body);
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const sent = request(`${origin}${path}`, { agent, method, headers }, (reply) => {
      reply.resume().on("end", () => {
        const took = performance.now() - begun;
        if (reply.statusCode === status) resolve(took);
        else reject(new Error(`${path}: ${reply.statusCode} instead of ${status}`));
      });
    });
    sent.on("error", reject).end(text);
  });
}

type Times = ReadonlyMap<Class, readonly number[]>;

/** The classes take turns, in another order each time, so that whatever drifts concerns them all. */
async function ask(origin: string, question: Question, tries: number): Promise<Times> {
  const times = new Map<Class, number[]>(question.classes.map((kind) => [kind, []]));
  for (let index = 0; index < tries + WARM_UP; index++) {
    for (const kind of shuffled(question.classes)) {
      const email = addressOf(kind, index, tries + WARM_UP);
      const took = await timed(origin, question, question.body(email));
      if (index >= WARM_UP) times.get(kind)?.push(took);
    }
  }
  return times;
}

const ms = (value: number): string => value.toFixed(3);

function rowsOf({ name, classes: [base] }: Question, times: Times): string[] {
  const compared = times.get(base) ?? [];
  return [...times].map(([kind, values]) => {
    const { median, min, max } = spreadOf(values);
    const { greater, p } = rankTest(values, compared);
    const verdict = kind === base ? "" : `${greater.toFixed(3)} | ${p.toFixed(3)}`;
    return `| ${name} | ${kind} | ${values.length} | ${ms(median)} | ${ms(min)} to ${ms(max)} | ${verdict || "|"} |`;
  });
}

async function run(tries: number, only: string): Promise<void> {
  const root = scratch(memoryDirectory());
  const bundles = build(join(root, "bundles"), ["auth-service", "caller", "resource"]);
  pinLoad();
  const { cpu, kernel, workerd } = machine();
  const rows: string[] = [];
  for (const question of QUESTIONS.filter(({ name }) => name.includes(only))) {
    // A service of its own each, so that no question meets what another left.
    const running = await start(server(tries + WARM_UP), root, bundles);
    try {
      rows.push(...rowsOf(question, await ask(originOf(running), question, tries)));
      console.error(rows.slice(-question.classes.length).join("\n"));
    } finally {
      await running.stop();
    }
  }
  const table = [
    "| question | address | tries | median, ms | from, to | slower than unknown | p |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}, ${cpu}, Linux ${kernel}, workerd ${workerd}.`,
  ].join("\n");
  if (only !== "") return console.log(table);
  writeFileSync(DOCUMENT, documented(readFileSync(DOCUMENT, "utf8"), { timing: table }));
}

exitOnSignals();
const { values } = parseArgs({
  options: { tries: { type: "string", default: "2000" }, only: { type: "string", default: "" } },
});
await run(Number(values.tries), values.only);
agent.destroy();
