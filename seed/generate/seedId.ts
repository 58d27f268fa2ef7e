import { hash } from 'node:crypto';

/**
 * The id of a seeded row: the same for the same seed and name, everywhere and always. A UUID of version 8 (RFC 9562): it begins
 * with the number that stands second in the name, so that the rows of a customer lie side by side in every index, and inserts
 * go to its end; the rest is a hash of the whole name.
 * @param name what it is, the number of the customer or thing (0 to 2^32 - 1), and what tells it from their others
 */
export function seedId(seed: number, what: string, number: number, ...rest: readonly (string | number)[]): string {
  const digest = hash('sha1', `${seed}/${what}/${number}/${rest.join('/')}`);
  const begin = number.toString(16).padStart(8, '0');
  return `${begin}-${digest.slice(0, 4)}-8${digest.slice(4, 7)}-a${digest.slice(7, 10)}-${digest.slice(10, 22)}`;
}
