/** An object or a list that is open: where in it the text stands, and an object's keys so far. */
type Open = { at: string | number; readonly keys: Set<string> | null };

/**
 * The path of a key that its object has twice, or null: two answers to one question, of which
 * parsers take this or that one (RFC 8259, section 4).
 *
 * @param json valid, or the answer means nothing
 */
export function repeatedKey(json: string): string | null {
  const opened: Open[] = [];
  let string = "";
  for (let at = 0; at < json.length; at++) {
    const inner = opened.at(-1);
    if (json[at] === '"') {
      const begin = at;
      at = endOfString(json, begin);
      string = json.slice(begin, at + 1);
    } else if (json[at] !== ":") follow(opened, json[at]);
    else if (inner?.keys) {
      inner.at = keyOf(string);
      if (inner.keys.has(inner.at)) return opened.map((one) => one.at).join(".");
      inner.keys.add(inner.at);
    }
  }
  return null;
}

/** @returns where the quotation mark stands that ends it */
function endOfString(json: string, begin: number): number {
  let at = begin + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

/** Keeps to what a character opens, parts or closes; every other one is passed over. */
function follow(opened: Open[], character: string | undefined): void {
  if (character === "{") opened.push({ at: "", keys: new Set() });
  else if (character === "[") opened.push({ at: 0, keys: null });
  else if (character === "}" || character === "]") opened.pop();
  else if (character === ",") {
    const inner = opened.at(-1);
    if (typeof inner?.at === "number") inner.at += 1;
  }
}

/** As it is written, or as its escapes mean it. */
function keyOf(string: string): string {
  if (!string.includes("\\")) return string.slice(1, -1);
  try {
    return JSON.parse(string);
  } catch {
    return string;
  }
}
