/** Letters, a hyphen and numbers: `O-000123`, `C-17`, `SO-12-3`. */
const REFERENCE = /(?<![\p{L}\d-])([A-Z]{1,5}(?:-\d{1,12}){1,4})(?![\p{L}\d]|-\d)/giu;

/** More than this in one summary is a list, not a reference. */
const MOST = 10;

/**
 * The numbers of orders and cases that a text names, each written one way (`c-017` and `C-17` are both `C-17`); at most ten.
 * They are recognised by their form: the numbers themselves belong to other subgraphs.
 */
export function namedReferences(text: string): string[] {
  const found = new Set<string>();
  for (const [, reference = ''] of text.matchAll(REFERENCE)) {
    found.add(reference.toUpperCase().replace(/-0+(?=\d)/g, '-'));
    if (found.size === MOST) break;
  }
  return [...found];
}
