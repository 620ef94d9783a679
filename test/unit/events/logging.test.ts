import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { consoleLog, errorDetails, type LogEvent, notifyLog } from "../../../src/core/logging.ts";
import { SYSTEM } from "../../../src/domain/access/actor.ts";
import { Impossible, Unavailable } from "../../../src/use-cases/outside.ts";
import { someActor } from "../../support/samples.ts";

const CANARY = "canary-correct-horse";

describe("what is logged of an error", () => {
  it("is its name, its first cause's name and its place in the code", () => {
    const cause = new TypeError("why");
    expect(errorDetails(new Unavailable("d1", new Error("middle", { cause })))).toEqual({
      error: "Unavailable",
      cause: "TypeError",
      at: expect.stringMatching(/^at .*logging\.test\.ts:\d+:\d+/),
    });
  });

  it("is the code too when the error is our own, also one that came out of an object", () => {
    const own = new Impossible("user_row_unreadable");
    expect(errorDetails(own)).toMatchObject({ error: "Impossible", code: "user_row_unreadable" });
    const { name, code } = own;
    const remote = Object.assign(new Error(CANARY), { name, code });
    expect(errorDetails(remote)).toMatchObject({ code: "user_row_unreadable" });
    const foreign = Object.assign(new Error(CANARY), { code: CANARY });
    expect(JSON.stringify(errorDetails(foreign))).not.toContain(CANARY);
  });

  it("LOG-01 is never a message, whatever lines that has", () => {
    const frame = fc.constantFrom("", "\n", "\n    at ", "Error: ", "at ");
    const lines = fc.array(frame, { maxLength: 4 }).map((parts) => parts.join(CANARY) + CANARY);
    fc.assert(
      fc.property(lines, lines, (message, inner) => {
        const error = new Error(message, { cause: new RangeError(inner) });
        const details = JSON.stringify([errorDetails(error), errorDetails(error.cause)]);
        expect(details).not.toContain(CANARY);
      }),
    );
  });

  it("is SQLite's own message, which names tables and columns, wherever it stands", () => {
    const message = "D1_ERROR: no such table: users: SQLITE_ERROR";
    const error = new Error(message, { cause: new Error(CANARY) });
    expect(errorDetails(new Unavailable("d1", error)).cause).toBe(message);
    expect(errorDetails(error).cause).toBe(message);
  });

  it("LOG-01 is not what only begins as D1's messages do", () => {
    const quoting = `D1_ERROR: cannot bind ${CANARY}`;
    expect(errorDetails(new Error(quoting)).cause).toBe("Error");
  });

  it.each([
    ["string", CANARY],
    ["object", { message: CANARY }],
    ["undefined", undefined],
  ])("is its type alone when a %s was thrown", (type, thrown) => {
    expect(errorDetails(thrown)).toEqual({ error: type, cause: "", at: "" });
  });

  it("has no place when there is no stack", () => {
    const error = new Error(CANARY);
    delete error.stack;
    expect(errorDetails(error)).toEqual({ error: "Error", cause: "Error", at: "" });
  });
});

describe("a notice", () => {
  const told = (notice: Parameters<ReturnType<typeof notifyLog>>[0]): string[] => {
    const levels: string[] = [];
    const at = (level: string) => (event: LogEvent) => levels.push(`${level} ${event.event}`);
    notifyLog({ info: at("info"), warn: at("warn"), error: at("error") })(notice);
    return levels;
  };

  it("is information when keys come and go by plan", () => {
    expect(told({ event: "signing_key_created", actor: SYSTEM, kid: "k" })).toEqual([
      "info signing_key_created",
    ]);
  });

  it("is a warning when somebody should look", () => {
    expect(told({ event: "signing_key_overdue", actor: SYSTEM, kid: "k" })).toEqual([
      "warn signing_key_overdue",
    ]);
    expect(told({ event: "signing_keys_stale", actor: SYSTEM })).toEqual([
      "warn signing_keys_stale",
    ]);
  });
});

it("a notice says who acted by kind and id alone", () => {
  const lines: LogEvent[] = [];
  const keep = (event: LogEvent) => void lines.push(event);
  const notify = notifyLog({ info: keep, warn: keep, error: keep });
  notify({ event: "signing_key_revoked", actor: someActor("keys:rotate"), kid: "k" });
  const actor = { kind: "operator", id: "somebody" };
  expect(lines).toEqual([{ event: "signing_key_revoked", actor, kid: "k" }]);
});

describe("a log line", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["info", "log"],
    ["warn", "warn"],
    ["error", "error"],
  ] as const)("is one JSON object that says its level: %s", (level, method) => {
    const written = vi.spyOn(console, method).mockImplementation(() => undefined);
    consoleLog[level]({ event: "misconfigured", problems: ["A: wrong\nB: wrong"] });
    expect(written).toHaveBeenCalledOnce();
    const [line] = written.mock.calls[0] ?? [];
    expect(line).not.toContain("\n");
    expect(JSON.parse(String(line))).toEqual({
      level,
      event: "misconfigured",
      problems: ["A: wrong\nB: wrong"],
    });
  });
});
