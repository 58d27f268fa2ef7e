import { badUserInput } from '../graph/errors.js';

/** What the values of a keyset may look like; a forged cursor never reaches Postgres. */
const VALID = {
  timestamptz: /^(-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?)$/,
  date: /^(-?infinity|\d{4,6}-\d\d-\d\d)$/,
  numeric: /^-?\d{1,20}(\.\d{1,10})?$/,
  bigint: /^-?\d{1,18}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^[^\0\p{Surrogate}]{0,1000}$/su,
} as const;

/** A Postgres type that a list may be ordered by. */
export type KeyType = keyof typeof VALID;

/** The cursor of a row: which list and order it belongs to, and the row's keyset as Postgres writes it. */
export function encodeCursor(list: string, keyset: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...keyset])).toString('base64url');
}

/**
 * Reads a cursor back.
 * @param list the list and order for which it must have been made
 * @param argument the name of the argument that gave it
 * @throws BAD_USER_INPUT with that argument when it is malformed or of another list or order
 */
export function decodeCursor(cursor: string, list: string, types: readonly KeyType[], argument = 'after'): string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (!Array.isArray(parts)) throw badUserInput(`${argument} is not a cursor that this graph gave out`, argument);
  const [ofList, ...keyset] = parts as unknown[];
  if (ofList !== list)
    throw badUserInput(`${argument} is a cursor of another list, or of this one in another order`, argument);
  const valid =
    keyset.length === types.length &&
    types.every((type, index) => {
      const value = keyset[index];
      return typeof value === 'string' && VALID[type].test(value);
    });
  if (!valid) throw badUserInput(`${argument} is not a cursor that this graph gave out`, argument);
  return keyset as string[];
}
