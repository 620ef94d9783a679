/** The value that a text is the JSON of, or undefined. */
export function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same where it is an object; otherwise one without fields. */
export function objectIn(text: string): object {
  const value = valueIn(text);
  return typeof value === "object" && value !== null ? value : {};
}

/** How many keys all objects in a value have. */
export function keysIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + keysIn(inner), own);
}
