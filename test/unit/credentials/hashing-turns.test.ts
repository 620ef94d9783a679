import { afterEach, expect, it, vi } from "vitest";
import { hashingInTurn } from "../../../src/core/security/hashing-turns.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { plainHasher } from "../../support/fakes/password-hasher.ts";

const LONGEST_LINE = 32;
const [GONE, LOST] = [3_000, 10_000]; // milliseconds

/** Lines that a test has made: what lets everybody leave one, and whether they have. */
const lines: { readonly goOn: () => void; readonly isEmpty: () => boolean }[] = [];

/** A line before hashes that end when the test says so. */
function standing() {
  const time = { now: 0 };
  let looked = 0;
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const outlived: Promise<unknown>[] = [];
  /** What became of whoever came, by name: the hash, or the error; null while they wait. */
  const got = new Map<string, unknown>();
  const hasher = hashingInTurn(
    {
      ...plainHasher,
      hash: (password) =>
        new Promise((resolve, reject) => {
          begun.push(password);
          ends.set(password, (error) => (error ? reject(error) : resolve(`hash of ${password}`)));
        }),
    },
    () => {
      looked += 1;
      return time.now;
    },
    (work) => void outlived.push(work),
  );
  const come = (...names: readonly string[]) => {
    for (const name of names) {
      got.set(name, null);
      hasher.hash(name as Password).then(
        (hash) => got.set(name, hash),
        (error: unknown) => got.set(name, error),
      );
    }
  };
  const end = (name: string, error?: Error) => ends.get(name)?.(error);
  lines.push({
    goOn() {
      time.now += LOST;
      for (const name of begun) end(name);
    },
    isEmpty: () => [...got.values()].every((outcome) => outcome !== null),
  });
  return { time, begun, outlived, got, come, end, looks: () => looked };
}

const soon = (condition: () => unknown) => expect.poll(condition, { interval: 5, timeout: 5_000 });

afterEach(async () => {
  vi.restoreAllMocks();
  // Whoever were left would look at the line for ever, and take turns from the tests to come.
  const left = lines.splice(0);
  await soon(() => {
    for (const { goOn } of left) goOn();
    return left.every(({ isEmpty }) => isEmpty());
  }).toBe(true);
});

it("CFW-07 of eight hashes one is computed at a time, first come first served", async () => {
  const { begun, got, come, end } = standing();
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  come(...names);
  for (const [index, name] of names.entries()) {
    await soon(() => begun).toEqual(names.slice(0, index + 1));
    end(name);
    await soon(() => got.get(name)).toBe(`hash of ${name}`);
  }
});

it("a hash that fails lets the next one begin", async () => {
  const { begun, got, come, end } = standing();
  come("a", "b");
  await soon(() => begun).toEqual(["a"]);
  const mistake = new TypeError("a mistake");
  end("a", mistake);
  await soon(() => begun).toEqual(["a", "b"]);
  expect(got.get("a")).toBe(mistake);
  end("b");
  await soon(() => got.get("b")).toBe("hash of b");
});

it("CFW-08 whoever comes when the line is full is told that there is an outage, until one is done", async () => {
  const { begun, got, come, end } = standing();
  come(...Array.from({ length: LONGEST_LINE }, (_, index) => `${index}`));
  come("too many");
  await soon(() => got.get("too many")).toBeInstanceOf(Unavailable);
  await soon(() => begun).toEqual(["0"]);
  end("0");
  await soon(() => got.get("0")).toBe("hash of 0");
  come("in time");
  await soon(() => begun).toEqual(["0", "1"]);
  expect(got.get("in time")).toBeNull();
});

it("CFW-08 whoever has waited for more than ten seconds is told that there is an outage", async () => {
  const { time, begun, got, come, end, looks } = standing();
  time.now = LOST; // no time is like another
  come("a", "b", "c");
  await soon(() => begun).toEqual(["a"]);
  time.now += 6_000;
  end("a");
  await soon(() => begun.length).toBe(2);
  const waits = begun[1] === "b" ? "c" : "b";
  time.now += 4_000;
  const looked = looks();
  await soon(looks).toBeGreaterThan(looked + 1);
  expect(got.get(waits)).toBeNull();
  time.now += 1;
  await soon(() => got.get(waits)).toBeInstanceOf(Unavailable);
  expect(begun).toHaveLength(2);
});

it("what was begun outlives its client, the wait for it does not", async () => {
  const { begun, outlived, got, come, end } = standing();
  come("a", "b");
  await soon(() => begun).toEqual(["a"]);
  expect(outlived).toHaveLength(1);
  end("a");
  await soon(() => outlived.length).toBe(2);
  expect(got.get("a")).toBe("hash of a");
});

it("a hash that its runtime dropped is passed over, and only then", async () => {
  const { time, begun, come, end } = standing();
  come("dropped");
  await soon(() => begun).toEqual(["dropped"]);
  come("b");
  time.now += LOST - 1;
  come("c"); // looks at the line at once
  expect(begun).toEqual(["dropped"]);
  time.now += 1;
  await soon(() => begun.length).toBe(2);
  end(begun[1] ?? "");
  await soon(() => begun.toSorted()).toEqual(["b", "c", "dropped"]);
});

it("whoever waits and does not look for three seconds is passed over, and only then", async () => {
  const { time, begun, got, come, end, looks } = standing();
  come("a");
  const never = setTimeout(() => {});
  clearTimeout(never);
  vi.spyOn(globalThis, "setTimeout").mockReturnValueOnce(never);
  come("gone", "c");
  got.delete("gone");
  await soon(() => begun).toEqual(["a"]);
  end("a");
  time.now += GONE - 1;
  const looked = looks();
  await soon(looks).toBeGreaterThan(looked + 1);
  expect(begun).toEqual(["a"]);
  time.now += 1;
  await soon(() => begun).toEqual(["a", "c"]);
});

it("CFW-08 the line is as long as there are people in it, however often they looked", async () => {
  const { begun, got, come, looks } = standing();
  come("a", "b");
  await soon(looks).toBeGreaterThan(LONGEST_LINE + 2);
  come("c");
  await soon(looks).toBeGreaterThan(LONGEST_LINE + 5);
  expect([begun, got.get("c")]).toEqual([["a"], null]);
});

it("CFW-07 after a standstill of the isolate those who waited still begin one at a time", async () => {
  const { time, begun, got, come, end } = standing();
  const names = ["a", "b", "c", "d"];
  come(...names);
  await soon(() => begun).toEqual(["a"]);
  time.now += GONE; // nobody could look meanwhile
  for (let done = 0; done < names.length; done++) {
    const name = begun[done] ?? "";
    expect(begun).toHaveLength(done + 1);
    end(name);
    await soon(() => got.get(name)).toBe(`hash of ${name}`);
    await soon(() => begun.length).toBe(Math.min(done + 2, names.length));
  }
  expect(begun.toSorted()).toEqual(names);
});
