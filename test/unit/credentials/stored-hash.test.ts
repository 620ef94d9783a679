import { expect, it } from "vitest";
import { parseHash } from "../../../src/core/security/stored-hash.ts";

const REST = `$${"A".repeat(22)}$${"A".repeat(43)}`;
const at = (cost: string) => parseHash(`$scrypt-sha256$${cost}${REST}`);

it.each([
  ["exactly 2^20 of N*r*p", "ln=15,r=8,p=4", { ln: 15, r: 8, p: 4 }],
  ["exactly 64 MiB", "ln=16,r=8,p=1", { ln: 16, r: 8, p: 1 }],
  ["exactly both", "ln=16,r=8,p=2", { ln: 16, r: 8, p: 2 }],
])("a stored cost is accepted at the ceiling: %s", (_, text, cost) => {
  expect(at(text)).toMatchObject({ ok: true, value: { cost } });
});

it.each([
  ["time alone, in 32 MiB", "ln=15,r=8,p=5"],
  ["memory alone, with exactly 2^20 of N*r*p", "ln=17,r=8,p=1"],
  ["memory alone, by its blocks", "ln=16,r=9,p=1"],
])("a stored cost is refused above a ceiling: by %s", (_, text) => {
  expect(at(text)).toEqual({ ok: false, error: "too_costly" });
});

it("what does not begin as a hash of this service is of another form, and damage is told from cost", () => {
  expect(parseHash("$2b$10$abc")).toEqual({ ok: false, error: "unknown_form" });
  expect(at("ln=15")).toEqual({ ok: false, error: "malformed" });
});
