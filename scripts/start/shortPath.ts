import { relative } from 'node:path';

/** A path for people: relative to the working directory where that is shorter. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
