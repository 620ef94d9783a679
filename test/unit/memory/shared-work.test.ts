import { describe, expect, it } from "vitest";
import { sharedWork } from "../../../src/core/memory/shared-work.ts";

/** Work that ends when it is told to, over a clock that tests move. */
function sharing() {
  const time = { now: 1_000_000 };
  const begun: { readonly by: string; readonly end: (result: string) => void }[] = [];
  const deferred: (() => Promise<unknown>)[] = [];
  const ask = sharedWork(
    (by: string) => new Promise<string>((end) => begun.push({ by, end })),
    2_000,
    () => time.now,
    (work) => deferred.push(work),
  );
  return { time, begun, deferred, ask };
}

describe("shared work", () => {
  it("is done once for all who ask while it is under way and a while after", async () => {
    const { time, begun, deferred, ask } = sharing();
    const waiting = [ask("a"), ask("b")];
    begun[0]?.end("first");
    expect(await Promise.all(waiting)).toEqual(["first", "first"]);
    time.now += 1_999;
    expect(await ask("c")).toBe("first");
    expect(begun.map(({ by }) => by)).toEqual(["a"]);
    expect(deferred).toHaveLength(1);
  });

  it("is done anew when it is old, or hangs", async () => {
    const { time, begun, ask } = sharing();
    void ask("a");
    time.now += 2_000;
    const later = ask("b");
    begun[1]?.end("second");
    expect(await later).toBe("second");
  });

  it("CFW-15 is done anew after the clock jumped back", () => {
    const { time, begun, ask } = sharing();
    void ask("a");
    time.now -= 1;
    void ask("b");
    expect(begun).toHaveLength(2);
  });
});
