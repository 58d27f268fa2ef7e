/** How many letters must be changed, added or left out to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = [0, ...Array.from(other, (_, index) => index + 1)];
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [column, match] of Array.from(other).entries()) {
      const replaced = (row[column] ?? 0) + (letter === match ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * The names that somebody may have meant, the nearest first, at most three: those that differ in case, blanks or punctuation
 * only, or in a third of their letters at most.
 */
export function nearestNames(meant: string, names: readonly string[]): string[] {
  const wanted = plain(meant);
  return [...new Set(names)]
    .map((name) => ({ name, far: distance(wanted, plain(name)) / Math.max(wanted.length, plain(name).length, 1) }))
    .filter(({ far }) => far <= 1 / 3)
    .sort((one, other) => one.far - other.far)
    .slice(0, 3)
    .map(({ name }) => name);
}
