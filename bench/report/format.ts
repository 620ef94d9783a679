import type { Spread } from "../measure/statistics.ts";

const NOTHING = "—";

/** Three significant digits, three decimals at most. */
export function number(value: number): string {
  const before = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return decimal(value, Math.min(3, Math.max(0, 3 - before)));
}

/** Operations a second. */
export const rate = (value: number): string => (value < 100 ? number(value) : decimal(value, 0));

export const count = (value: number): string => decimal(value, 0);

function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString("en", options).replace("-", "−");
}

/** What a name alone would promise too much of. */
export const shown = (operation: string): string =>
  operation.replace("verify by RPC, 10 s", "verify by RPC, up to 10 s old");

/** `median (min–max)`; negative numbers have a minus sign, so the dash between is set apart. */
export function spread(value: Spread | null): string {
  if (value === null) return NOTHING;
  const [median, min, max] = [value.median, value.min, value.max].map(number);
  return `${median} (${min}${value.min < 0 || value.max < 0 ? " to " : "–"}${max})`;
}

export const median = (value: Spread | null, show = number): string =>
  value === null ? NOTHING : show(value.median);

/** @param columns titles; one that ends in ":" stands to the right */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return ""; // a table without any says nothing
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ")).join(" | ")} |`;
  const rule = columns.map((title) => (title.endsWith(":") ? "---:" : "---"));
  return [
    line(columns.map((title) => title.replace(/:$/, ""))),
    line(rule),
    ...rows.map(line),
  ].join("\n");
}
