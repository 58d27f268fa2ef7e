import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { ERROR_CODES } from '../../schema/contract.js';
import { OperationRefused } from './OperationRefused.js';
import { safelistKey } from './safelistKey.js';

/** An operation that is answered. */
export interface KnownOperation {
  /** Where it is from: `schema/operations/customer360.graphql:2`. */
  readonly place: string;
  /** The operation alone, with the fragments that it uses. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Texts by whose SHA-256 clients may ask for it; all of them mean the same. */
  readonly texts: readonly string[];
}

/** What becomes of an operation that is not known: it is refused, or logged. */
export type SafelistMode = 'require' | 'log';

/** So many unknown operations are logged once each; then the oldest is forgotten. */
const REMEMBERED = 1_000;

/** The operations that are known beforehand. */
export class Safelist {
  readonly #keys = new Set<string>();
  readonly #texts = new Map<string, string>();
  readonly #logged = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(
    readonly operations: readonly KnownOperation[],
    readonly mode: SafelistMode,
    private readonly logger: Logger,
  ) {
    for (const { document, operation, texts } of operations) {
      this.#keys.add(safelistKey(document, operation));
      for (const text of texts) this.#texts.set(sha256(text), text);
    }
  }

  /** The text of an operation by its SHA-256, in hexadecimal. */
  textOf(id: string): string | undefined {
    return this.#texts.get(id);
  }

  /** @throws OperationRefused for an operation that is not known, unless such are only logged */
  admit(document: DocumentNode, operation: OperationDefinitionNode): void {
    const key = safelistKey(document, operation);
    if (this.#keys.has(key)) return;
    const operationName = operation.name?.value;
    if (this.mode === 'require') {
      const message =
        'Only operations that are known beforehand are answered here, and this is none of them. ' +
        'Its text belongs into a file of the folder of operations (--safelist, --operations).';
      throw new OperationRefused([{ message, extensions: { code: ERROR_CODES.OPERATION_NOT_SAFELISTED } }], 403);
    }
    const id = sha256(key);
    if (this.#logged.has(id)) return;
    this.#logged.set(id, true);
    this.logger.warn({ operationName, id }, 'an operation is not in the safelist');
  }

  /** Says in the log which operations a schema cannot answer. Requests are answered in between. */
  async warnOfMisfits(schema: GraphQLSchema): Promise<void> {
    for (const { document, place } of this.operations) {
      await nextTurn();
      const [problem] = validate(schema, document);
      if (problem) this.logger.warn({ place, reason: problem.message }, 'a known operation does not fit the graph');
    }
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
