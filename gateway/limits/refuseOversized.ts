import { ERROR_CODES } from '../../schema/contract.js';
import { OperationRefused } from '../operations/OperationRefused.js';
import type { OperationLimits } from './limits.js';
import type { DocumentSize } from './measureDocument.js';

/**
 * Refuses a document that is larger than is allowed.
 *
 * @throws OperationRefused that names the limit, its option and the figure
 */
export function refuseOversized(size: DocumentSize, limits: OperationLimits): void {
  const { depth, aliases, rootFields, directives } = size;
  if (depth > limits.depth) {
    const message = `The operation nests fields ${figure(depth)} deep; ${limits.depth} are allowed (--max-depth).`;
    throw tooMuch(message, ERROR_CODES.QUERY_TOO_DEEP, limits.depth, depth);
  }
  if (aliases > limits.aliases) {
    const message = `The operation has ${figure(aliases)} aliases; ${limits.aliases} are allowed (--max-aliases).`;
    throw tooMuch(message, ERROR_CODES.TOO_MANY_ALIASES, limits.aliases, aliases);
  }
  if (rootFields > limits.rootFields) {
    const message = `The operation asks for ${figure(rootFields)} fields at its root; ${limits.rootFields} are allowed (--max-root-fields).`;
    throw tooMuch(message, ERROR_CODES.TOO_MANY_ROOT_FIELDS, limits.rootFields, rootFields);
  }
  if (directives > limits.directives) {
    const message = `The document has ${figure(directives)} directives; ${limits.directives} are allowed (--max-directives).`;
    throw tooMuch(message, ERROR_CODES.TOO_MANY_DIRECTIVES, limits.directives, directives);
  }
}

/**
 * Refuses a document that asks for the same fields too often.
 *
 * @throws OperationRefused that names the limit and its option
 */
export function refuseRepetitive(pairs: number, limits: OperationLimits): void {
  if (pairs <= limits.fieldPairs) return;
  const message =
    `The document asks for the same fields too often: fields under one name at the same place make more than ${limits.fieldPairs} ` +
    'pairs (--max-field-pairs). Ask for each field once.';
  throw OperationRefused.because(message, ERROR_CODES.TOO_MANY_FIELD_PAIRS, { limit: limits.fieldPairs });
}

/**
 * Refuses an operation that may cost more than is allowed.
 *
 * @throws OperationRefused that names the limit, its option and the figure
 */
export function refuseCostly(cost: number, limits: OperationLimits): void {
  if (cost <= limits.cost) return;
  const message =
    `The operation may cost ${figure(cost)}; ${limits.cost} are allowed (--max-cost). ` +
    'Ask for shorter lists (`first`), for fewer lists within lists, or for less at a time.';
  throw tooMuch(message, ERROR_CODES.COST_LIMIT_EXCEEDED, limits.cost, cost);
}

function figure(value: number): string {
  return value === Number.MAX_SAFE_INTEGER ? `${value} or more` : String(value);
}

function tooMuch(message: string, code: string, limit: number, actual: number): OperationRefused {
  return OperationRefused.because(message, code, { limit, actual });
}
