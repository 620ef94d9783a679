import type { Random } from "./random.ts";

/** What parsers stumble over, whatever they parse. */
const HARD = [
  ...["\0", "\t", "\n", "\r\n", " ", "\u00a0", "\ufeff", "\u2028", "\u200d", "\u202e", "\u0301"],
  ...["\ud800", "\udfff", "\ufffd", "\u{1f600}", "\u212a", "\u00df", "\u0130", "\uff0e", "\u3002"],
  ...['"', "'", "\\", "%", "%00", "%C0%80", "+", "&", "=", ";", ",", ":", ".", "-", "_", "$", "/"],
  ...["{", "}", "[", "]", "{}", "[]", "null", "true", "__proto__", "constructor", "toString"],
  ...["0", "-1", "00", "1e999", "2147483648", "9007199254740993", "1".repeat(30), "NaN"],
  ...["A", "Q", "g", "w", "AA", "==", "xn--", "@", "@a.bc", "<", ">", "\u0000\u0000"],
];

type Mutation = (input: string, random: Random, others: readonly string[]) => string;

const cut = (input: string, random: Random): [from: number, to: number] => {
  const from = random.below(input.length + 1);
  const rest = input.length - from;
  // Mostly short, now and then anything up to the end.
  const length = random.below(Math.min(rest, random.below(4) === 0 ? rest : 6) + 1);
  return [from, from + length];
};

const withPart = (input: string, [from, to]: [number, number], part: string): string =>
  input.slice(0, from) + part + input.slice(to);

const insertHard: Mutation = (input, random) => {
  const at = random.below(input.length + 1);
  return withPart(input, [at, at], random.of(HARD));
};

const replaceByHard: Mutation = (input, random) =>
  withPart(input, cut(input, random), random.of(HARD));

const remove: Mutation = (input, random) => withPart(input, cut(input, random), "");

const repeat: Mutation = (input, random) => {
  const [from, to] = cut(input, random);
  const times = random.below(8) === 0 ? 200 : random.below(4);
  return withPart(input, [to, to], input.slice(from, to).repeat(times));
};

const move: Mutation = (input, random) => {
  const [from, to] = cut(input, random);
  const rest = withPart(input, [from, to], "");
  const at = random.below(rest.length + 1);
  return withPart(rest, [at, at], input.slice(from, to));
};

const turnUnit: Mutation = (input, random) => {
  const at = random.below(Math.max(input.length, 1));
  const unit = input.charCodeAt(at) || 0;
  const turned = random.below(4) === 0 ? random.below(0x1_0000) : unit ^ (1 << random.below(7));
  return withPart(input, [at, at + 1], String.fromCharCode(turned));
};

const turnNumber: Mutation = (input, random) => {
  const numbers = [...input.matchAll(/\d+/g)];
  if (numbers.length === 0) return insertHard(input, random, []);
  const { index, 0: digits } = random.of(numbers);
  const number = Number(digits);
  const others = [number + 1, number - 1, number * 2, 0, 2 ** random.below(64)].map(String);
  return withPart(input, [index, index + digits.length], random.of(others));
};

const turnCase: Mutation = (input, random) => {
  const [from, to] = cut(input, random);
  const part = input.slice(from, to);
  return withPart(input, [from, to], random.of([part.toUpperCase(), part.toLowerCase()]));
};

const splice: Mutation = (input, random, others) => {
  const other = random.of(others);
  const [from, to] = cut(other, random);
  return withPart(input, cut(input, random), other.slice(from, to));
};

const cross: Mutation = (input, random, others) =>
  input.slice(0, random.below(input.length + 1)) +
  random.of(others).slice(random.below(input.length + 1));

const MUTATIONS: readonly Mutation[] = [
  ...[insertHard, replaceByHard, remove, repeat, move, turnUnit, turnUnit],
  ...[turnNumber, turnCase, splice, splice, cross],
];

/** @param others inputs to take parts from, at least one */
export function mutated(
  input: string,
  random: Random,
  others: readonly string[],
  maxLength: number,
): string {
  let changed = input;
  // Mostly one step, so that what was right stays right.
  for (let steps = random.of([1, 1, 1, 2, 3, 5]); steps > 0; steps--) {
    changed = random.of(MUTATIONS)(changed, random, others);
  }
  return changed.slice(0, maxLength);
}
