import { expect, it } from "vitest";
import { reported } from "../../../src/domain/credentials/reported.ts";

it("of two hundred wrong tries in a row the first, the tenth and the hundredth are told", () => {
  const tries = Array.from({ length: 200 }, (_, at) => at + 1);
  const told = tries.flatMap((failures) => reported("sign_in", failures) ?? []);
  expect(told).toEqual([
    { type: "sign_in.failed", outcome: "failure", data: { failures: 1 } },
    { type: "sign_in.failed", outcome: "failure", data: { failures: 10 } },
    { type: "sign_in.locked", outcome: "failure", data: { failures: 100 } },
  ]);
});

it("proofs by somebody known here are told by their own name", () => {
  const types = [1, 2, 10, 100].map((failures) => reported("proof", failures)?.type);
  expect(types).toEqual(["proof.failed", undefined, "proof.failed", "proof.locked"]);
});
