import { vi } from "vitest";

/** Everything written to the console from here on, a line each. */
export function capturedLog(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = [];
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      lines.push(args.map(written).join(" "));
    }),
  );
  return {
    lines,
    stop() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

/** As the runtime would print it: an exception with its message, its stack and its causes. */
function written(value: unknown): string {
  if (value instanceof Error) return `${value.stack} ${value.message} ${written(value.cause)}`;
  return typeof value === "string" ? value : String(JSON.stringify(value));
}

/**
 * Values that may turn up in no line and no error. Of long ones every long part counts, so
 * that a token that was cut or taken apart is found too.
 */
export function canaries() {
  const known = new Set<string>();
  return {
    add(...values: readonly string[]): void {
      for (const value of values) {
        known.add(value);
        for (const part of value.split(/[.$@]/)) if (part.length >= 20) known.add(part);
      }
    },
    foundIn: (texts: readonly string[]): string[] =>
      [...known].filter((value) => texts.some((text) => text.includes(value))),
    get size(): number {
      return known.size;
    },
  };
}
