/** The little of SVG that the plots are drawn with. */
type Attributes = Readonly<Record<string, string | number>>;

/** One look for light and dark pages: a card with its own background. */
export const INK = {
  background: "#ffffff",
  border: "#d0d7de",
  text: "#1f2328",
  faint: "#59636e",
  grid: "#e3e7eb",
  ours: "#0b6bcb",
  limit: "#2da44e",
  peer: "#9a7b4f",
} as const;

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${shown(value)}"`);
  const open = `<${name}${written.join("")}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

const shown = (value: string | number): string =>
  typeof value === "number" ? String(Math.round(value * 10) / 10) : escaped(value);

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

export type Point = { readonly x: number; readonly y: number };

export const text = ({ x, y }: Point, content: string, attributes: Attributes = {}): string =>
  element("text", { x, y, "font-size": 12, fill: INK.text, ...attributes }, escaped(content));

export const line = (from: Point, to: Point, attributes: Attributes = {}): string =>
  element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: INK.grid, ...attributes });

export const path = (points: readonly Point[], attributes: Attributes): string => {
  const steps = points.map(
    ({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`,
  );
  return element("path", { d: steps.join(" "), ...attributes });
};

export type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly subtitle: string;
};

export function drawing({ width, height, title, subtitle }: Drawing, body: string[]): string {
  const card = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6 };
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": FONT,
  };
  return `${element(
    "svg",
    root,
    element("title", {}, escaped(`${title}: ${subtitle}`)),
    element("rect", { ...card, fill: INK.background, stroke: INK.border }),
    text({ x: 20, y: 30 }, title, { "font-size": 16, "font-weight": "bold" }),
    text({ x: 20, y: 50 }, subtitle, { fill: INK.faint }),
    ...body.map((each) => `\n${each}`),
    "\n",
  )}\n`;
}
