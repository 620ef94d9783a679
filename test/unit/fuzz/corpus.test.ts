import { describe, expect, it } from "vitest";
import { loadTarget, readInputs, targetNames } from "../../fuzz/engine/corpus.ts";

describe.each(targetNames())("the parser %s", (name) => {
  it("keeps its property for every input that was ever found", async () => {
    const { holds, seeds } = await loadTarget(name);
    const inputs = readInputs(name, "inputs");
    expect(inputs.length).toBeGreaterThan(1);
    for (const input of [...readInputs(name, "finds"), ...inputs, ...seeds]) {
      expect(await holds(input)).toBeTypeOf("string");
    }
  });
});
