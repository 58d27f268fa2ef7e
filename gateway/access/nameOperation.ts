import type { Caller } from '../../schema/contract.js';

const MAX_LENGTH = 200;

/** The caller with the name of the operation that is run for it; a very long one is cut. */
export function nameOperation(caller: Caller, operation: string | undefined): Caller {
  return operation === undefined ? caller : { ...caller, operation: operation.slice(0, MAX_LENGTH) };
}
