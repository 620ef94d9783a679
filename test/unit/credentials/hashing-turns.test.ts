import { afterEach, expect, it } from "vitest";
import { hashingInTurn } from "../../../src/core/security/hashing-turns.ts";
import type { Password } from "../../../src/domain/credentials/password.ts";
import { Unavailable } from "../../../src/use-cases/outside.ts";
import { plainHasher } from "../../support/fakes/password-hasher.ts";

const LONGEST_LINE = 32;
const [GONE, LOST] = [3_000, 10_000]; // milliseconds

/** A line before hashes that end when the test says so. */
function standing() {
  const time = { now: 0 };
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const outlived: Promise<unknown>[] = [];
  const hasher = hashingInTurn(
    {
      ...plainHasher,
      hash: (password) =>
        new Promise((resolve, reject) => {
          begun.push(password);
          ends.set(password, (error) => (error ? reject(error) : resolve(`hash of ${password}`)));
        }),
    },
    () => time.now,
    (work) => void outlived.push(work),
  );
  const hash = (name: string) => {
    const hashed = hasher.hash(name as Password);
    waiting.push(hashed.catch(() => undefined));
    return hashed;
  };
  const end = (name: string, error?: Error) => ends.get(name)?.(error);
  goOn = () => {
    time.now += LOST;
    for (const name of begun) end(name);
  };
  return { time, begun, outlived, hash, end };
}

/** Everybody who stands in a line, and what lets them leave it. */
const waiting: Promise<unknown>[] = [];
let goOn = () => {};

afterEach(async () => {
  let isEmpty = false;
  void Promise.all(waiting.splice(0)).then(() => {
    isEmpty = true;
  });
  // Whoever were left would look at the line for ever, and take turns from the tests to come.
  await soon(() => {
    goOn();
    return isEmpty;
  }).toBe(true);
});

const soon = (condition: () => unknown) => expect.poll(condition, { interval: 5, timeout: 5_000 });

it("CFW-07 of eight hashes one is computed at a time, first come first served", async () => {
  const { begun, hash, end } = standing();
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const hashes = names.map(hash);
  for (const [index, name] of names.entries()) {
    await soon(() => begun).toEqual(names.slice(0, index + 1));
    end(name);
    expect(await hashes[index]).toBe(`hash of ${name}`);
  }
});

it("a hash that fails lets the next one begin", async () => {
  const { begun, hash, end } = standing();
  const [first, second] = [hash("a"), hash("b")];
  await soon(() => begun).toEqual(["a"]);
  end("a", new TypeError("a mistake"));
  await expect(first).rejects.toThrow("a mistake");
  await soon(() => begun).toEqual(["a", "b"]);
  end("b");
  expect(await second).toBe("hash of b");
});

it("CFW-08 whoever comes when the line is full is told that there is an outage, until one is done", async () => {
  const { begun, hash, end } = standing();
  const [first] = Array.from({ length: LONGEST_LINE }, (_, index) => hash(`${index}`));
  await expect(hash("too many")).rejects.toThrow(Unavailable);
  await soon(() => begun).toEqual(["0"]);
  end("0");
  await first;
  let isRefused = false;
  hash("in time").catch(() => {
    isRefused = true;
  });
  await soon(() => begun).toEqual(["0", "1"]);
  expect(isRefused).toBe(false);
});

it("CFW-08 whoever has waited for ten seconds is told that there is an outage", async () => {
  const { time, begun, hash, end } = standing();
  void hash("a");
  const waiting = { b: hash("b"), c: hash("c") };
  await soon(() => begun).toEqual(["a"]);
  time.now += 6_000;
  end("a");
  await soon(() => begun.length).toBe(2);
  time.now += 4_001;
  await expect(begun[1] === "b" ? waiting.c : waiting.b).rejects.toThrow(Unavailable);
  expect(begun).toHaveLength(2);
});

it("what was begun outlives its client, the wait for it does not", async () => {
  const { begun, outlived, hash, end } = standing();
  const [first] = [hash("a"), hash("b")];
  await soon(() => begun).toEqual(["a"]);
  expect(outlived).toHaveLength(1);
  end("a");
  await first;
  await soon(() => outlived.length).toBe(2);
});

it("a hash that its runtime dropped is passed over, and only then", async () => {
  const { time, begun, hash, end } = standing();
  void hash("dropped");
  await soon(() => begun).toEqual(["dropped"]);
  void hash("b");
  time.now += LOST - 1;
  void hash("c"); // looks at the line at once
  expect(begun).toEqual(["dropped"]);
  time.now += 1;
  await soon(() => begun.length).toBe(2);
  end(begun[1] ?? "");
  await soon(() => begun.toSorted()).toEqual(["b", "c", "dropped"]);
});

it("CFW-07 after a standstill of the isolate those who waited still begin one at a time", async () => {
  const { time, begun, hash, end } = standing();
  const names = ["a", "b", "c", "d"];
  const hashes = names.map(hash);
  await soon(() => begun).toEqual(["a"]);
  time.now += GONE; // nobody could look meanwhile
  for (let done = 0; done < names.length; done++) {
    const name = begun[done] ?? "";
    expect(begun).toHaveLength(done + 1);
    end(name);
    await hashes[names.indexOf(name)];
    await soon(() => begun.length).toBe(Math.min(done + 2, names.length));
  }
  expect(begun.toSorted()).toEqual(names);
});
