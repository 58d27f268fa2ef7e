import { firstLetter } from './firstLetter.js';

/** A name with the first letter of each word: `Ada Lovelace` becomes `A••• L•••`, however long the words are. */
export function maskName(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => `${firstLetter(word)}•••`).join(' ');
}
