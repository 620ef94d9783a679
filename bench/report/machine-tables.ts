import type { Measured } from "../measure/load.ts";
import type { Duration, MixRow, Results, StartUp } from "../results.ts";
import { slowestToo, spreadOrNull } from "./figures.ts";
import { bytes, left, markdownTable, median, number, rate, right, spread } from "./format.ts";
import { ofMix, ofStarts, voidedLine } from "./voided.ts";

/** What ran, where, how often and how long. */
export function machineTable({ date, commit, machine, protocol }: Results): string {
  const seconds = (duration: Duration): string =>
    `${duration.measured} s after ${duration.warmUp} s of warming up`;
  const { rounds, connections, part, hash, latency, growth, mix, disk } = protocol;
  return markdownTable(left("what", "value"), [
    ["date, commit", `${date}, \`${commit}\``],
    ["processor", `${machine.cpu}, ${machine.cores} cores`],
    ["memory", machine.memory],
    ["kernel", machine.kernel],
    ["runtimes", `Node ${machine.node}, workerd ${machine.workerd}`],
    ["rounds", `${rounds}, the servers in a new order each time`],
    ["throughput, CPU", `${connections} connections, ${seconds(protocol)}`],
    ["the same of the parts", `${connections} connections, ${seconds(part)}`],
    ...(hash === undefined ? [] : [["of the hashes among them", seconds(hash)]]),
    ["latency", `1 connection, ${seconds(latency)}`],
    ["growth", `${growth.rounds} rounds, ${seconds(growth)}`],
    ...(mix === undefined ? [] : [["mix", `${rounds} rounds, ${seconds(mix)}`]]),
    ...(disk === undefined ? [] : [["on disk", `${disk.rounds} rounds, ${seconds(protocol)}`]]),
  ]);
}

/** What a check and a refresh wait for while others sign in. */
export function mixTable(mix: readonly MixRow[]): string {
  const operations = [...new Set(mix.map(({ operation }) => operation))];
  // Sign-ins go on for a while when the others have stopped, so they have no rate to be shown.
  const latencies = operations.filter((operation) => operation !== "sign-in");
  const table = markdownTable(
    [
      ...left("beside"),
      ...latencies.flatMap((operation) =>
        right(`${operation}: p50 ms`, `${operation}: p99 ms (min–max)`, `${operation}: a second`),
      ),
    ],
    [...new Set(mix.map(({ beside }) => beside))].map((beside) => [
      beside,
      ...latencies.flatMap((operation) => {
        const field = readerOf(mix, beside, operation);
        return [median(field("p50")), spread(field("p99")), median(field("rate"), rate)];
      }),
    ]),
  );
  return [table, voidedLine(mix.map(ofMix))].filter(Boolean).join("\n\n");
}

const readerOf = (mix: readonly MixRow[], beside: string, operation: string) => {
  const row = mix.find((each) => each.beside === beside && each.operation === operation);
  return (field: keyof Measured) => slowestToo(row?.rounds ?? [], field);
};

export function startUpTable(startUp: StartUp): string {
  const { firstReply, firstSignIn, secondSignIn, bundle, bundleCompressed } = startUp;
  const times = [
    ["from the start of the process to the first reply, ms", firstReply],
    ["first sign-in, which makes the first signing key, ms", firstSignIn],
    ["the sign-in after it, ms", secondSignIn],
  ] as const;
  const voided = voidedLine([ofStarts(startUp)]);
  if (times.every(([, values]) => values.length === 0)) return voided;
  const table = markdownTable(
    [...left("what"), ...right("median (min–max)", "starts")],
    [
      ["bundle", bytes(bundle), ""],
      ["bundle, compressed", bytes(bundleCompressed), ""],
      ...times.map(([what, values]) => [
        what,
        spread(spreadOrNull(values), number),
        String(values.length),
      ]),
    ],
  );
  return [table, voided].filter(Boolean).join("\n\n");
}
