import { z } from 'zod';
import { ERROR_CODES } from '../../schema/contract.js';
import { OperationRefused } from './OperationRefused.js';

const persisted = z.object({ version: z.literal(1), sha256Hash: z.string() });

/**
 * The SHA-256 by which a client names an operation, in the way of Apollo's clients: `{ persistedQuery: { version: 1, sha256Hash } }`.
 *
 * @returns undefined when there is none
 * @throws OperationRefused when it is there and cannot be read
 */
export function persistedId(extensions: unknown): string | undefined {
  // Nearly nobody sends any.
  if (typeof extensions !== 'object' || extensions === null) return undefined;
  const given = 'persistedQuery' in extensions ? extensions.persistedQuery : undefined;
  if (given === undefined || given === null) return undefined;
  const read = persisted.safeParse(given).data;
  if (read) return read.sha256Hash.toLowerCase();
  const message = '`extensions.persistedQuery` must be { version: 1, sha256Hash: <text> }.';
  throw OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
}
