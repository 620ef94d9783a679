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

/** `median (min–max)` */
export const spread = (value: Spread | null, show = number): string =>
  value === null ? NOTHING : `${show(value.median)} (${range(value, show)})`;

export const median = (value: Spread | null, show = number): string =>
  value === null ? NOTHING : show(value.median);

/** Negative numbers have a minus sign, so the dash between must be set apart. */
const range = ({ min, max }: Spread, show = number): string =>
  min < 0 || max < 0 ? `${show(min)} to ${show(max)}` : `${show(min)}–${show(max)}`;

export const bytes = (value: number): string => `${(value / 1_024).toFixed(1)} KiB`;

export type Column = { readonly title: string; readonly align?: "right" };

/** Empty for no rows: a table without any says nothing. */
export function markdownTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  return [line(columns.map(({ title }) => title)), line(rule), ...rows.map(line)].join("\n");
}

const escaped = (cell: string): string => cell.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");

export const left = (...titles: string[]): Column[] => titles.map((title) => ({ title }));
export const right = (...titles: string[]): Column[] =>
  titles.map((title) => ({ title, align: "right" }));
