/** Edits within which a name is taken for another, mistyped. */
const NEARLY = 2;

/**
 * Names that nearly are those of a var that is not set, whose default would apply unnoticed. Any
 * other name is left alone: it may be a binding, or a secret for the next release.
 *
 * @returns a line for each, without its value
 */
export function misspelt(env: object, known: readonly string[]): string[] {
  const names = Object.entries(env).filter(([, value]) => typeof value === "string");
  const unset = known.filter((name) => !names.some(([given]) => given === name));
  return names.flatMap(([name]) => {
    const meant = unset.find((one) => isNearly(name.toUpperCase(), one));
    return known.includes(name) || meant === undefined ? [] : [`${name}: is it ${meant}?`];
  });
}

/** By their lengths alone most are not, and each new isolate asks. */
const isNearly = (a: string, b: string): boolean =>
  Math.abs(a.length - b.length) <= NEARLY && editDistance(a, b) <= NEARLY;

/** Letters to add, drop or replace (Levenshtein), row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1));
    }
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? 0;
