import { expect, it } from "vitest";
import { queueReport } from "../../../scripts/queue-info.ts";
import type { Output } from "../../../scripts/wrangler.ts";

const told = (consumers: number): Output => ({
  status: 0,
  stdout: `Queue Name: events\nNumber of Producers: 1\nNumber of Consumers: ${consumers}\n`,
  stderr: "",
});
const refused = (stderr: string): Output => ({ status: 1, stdout: "", stderr });

it("a queue that is there and has its consumer wants nothing, and is shown", () => {
  const { lines, wanting, unknown } = queueReport("events", told(1));
  expect({ wanting, unknown }).toEqual({ wanting: [], unknown: [] });
  expect(lines).toEqual([
    "  events",
    "    Queue Name: events",
    "    Number of Producers: 1",
    "    Number of Consumers: 1",
  ]);
});

it("a queue that nobody reads wants a look, and so does one that is missing", () => {
  expect(queueReport("events", told(0))).toMatchObject({
    wanting: [expect.stringContaining("the queue events has no consumer")],
    unknown: [],
  });
  const missing = refused('Queue "events" does not exist. To create it, run: …');
  expect(queueReport("events", missing)).toMatchObject({
    wanting: [expect.stringContaining("the queue events is missing")],
    unknown: [],
  });
});

it("a queue of which wrangler does not tell is not known, whatever the reason", () => {
  for (const output of [
    refused("Authentication error [code: 10000]"),
    { ...told(1), stdout: "" },
  ]) {
    expect(queueReport("events", output)).toMatchObject({ wanting: [], unknown: ["events"] });
  }
});
