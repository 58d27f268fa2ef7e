import { isStorable } from '../../subgraphs/kit/sql/storableText.js';

/** Why Postgres cannot hold a text, as it is said of a cell; null when it can. JSON can say halves of surrogate pairs, CSV cannot. */
export function whyUnstorable(text: string): string | null {
  if (isStorable(text)) return null;
  const what = text.includes('\0') ? 'a NUL character' : 'half of a surrogate pair';
  return `has ${what} in it, which no text may have`;
}
