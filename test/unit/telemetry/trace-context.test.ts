import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  newTrace,
  parseTraceparent,
  traceparentOf,
} from "../../../src/core/telemetry/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const GOOD = `00-${TRACE}-${PARENT}-01`;
const newUuid = () => crypto.randomUUID();

describe("a traceparent", () => {
  it("gives its trace, and whether that is recorded", () => {
    expect(parseTraceparent(GOOD)).toEqual({ traceId: TRACE, isSampled: true });
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-00`)?.isSampled).toBe(false);
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-02`)?.isSampled).toBe(false);
  });

  it("of a later version gives the same, whatever follows (section 4.3)", () => {
    expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01`)?.traceId).toBe(TRACE);
    expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01-what-the-future`)?.traceId).toBe(TRACE);
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["of no version", `-${TRACE}-${PARENT}-01`],
    ["of the version that is none", `ff-${TRACE}-${PARENT}-01`],
    ["longer than its version", `${GOOD}-00`],
    ["of a later version without the dash", `cc-${TRACE}-${PARENT}-01x`],
    ["in capitals", GOOD.toUpperCase()],
    ["of a trace of zeros", `00-${"0".repeat(32)}-${PARENT}-01`],
    ["of a parent of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["of a short trace", `00-${TRACE.slice(1)}-${PARENT}-01`],
    ["without flags", `00-${TRACE}-${PARENT}`],
    ["there twice", `${GOOD}, ${GOOD}`],
    ["followed by a line", `${GOOD}\n`],
  ])("that is %s is passed over", (_, header) => {
    expect(parseTraceparent(header)).toBeNull();
  });

  it("that anybody made up gives nothing but hex digits, or null", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { traceId = TRACE } = parseTraceparent(text) ?? {};
        expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});

it("a trace that begins here is passed on as one that others take, by another id a call", () => {
  const trace = newTrace(newUuid);
  const passed = [traceparentOf(trace, newUuid), traceparentOf(trace, newUuid)];
  expect(new Set(passed).size).toBe(2);
  for (const header of passed) expect(parseTraceparent(header)).toEqual(trace);
  expect(newTrace(newUuid)).not.toEqual(trace);
});

it("a trace that came is passed on with its sampling", () => {
  const trace = parseTraceparent(GOOD);
  const passed = trace && traceparentOf(trace, newUuid);
  expect(passed).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(passed).not.toBe(GOOD);
});
