import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ERROR_CODES } from '../../schema/contract.js';
import type { AskedOperation } from './AskedOperation.js';
import { OperationRefused } from './OperationRefused.js';
import type { Safelist } from './Safelist.js';
import { persistedId } from './persistedId.js';

/** Texts that clients registered are kept up to so many characters together. */
const REGISTERED_CHARACTERS = 16 * 1024 * 1024;

/**
 * The texts of operations by their SHA-256: those of the safelist, and those that clients registered (automatic persisted queries). Where the safelist is
 * required, clients register nothing.
 */
export class PersistedTexts {
  readonly #registered = new LRUCache<string, string>({
    maxSize: REGISTERED_CHARACTERS,
    sizeCalculation: (text) => text.length + 1,
  });

  constructor(private readonly safelist: Safelist | undefined) {}

  /**
   * The text that a client means.
   *
   * @throws OperationRefused when nobody knows the SHA-256, or when the text beside it has another one
   */
  textOf({ query, extensions }: Pick<AskedOperation, 'query' | 'extensions'>): string {
    const id = persistedId(extensions);
    if (id === undefined) {
      if (query !== '') return query;
      const message = 'Send an operation: its `query` at least, or the SHA-256 of one that is known.';
      throw OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
    }
    if (query === '') {
      const text = this.safelist?.textOf(id) ?? this.#registered.get(id);
      if (text !== undefined) return text;
      // Clients know it by this very message, and send the text then.
      const errors = [
        { message: 'PersistedQueryNotFound', extensions: { code: ERROR_CODES.PERSISTED_QUERY_NOT_FOUND } },
      ];
      throw new OperationRefused(errors, 200);
    }
    if (createHash('sha256').update(query).digest('hex') !== id) {
      const message = 'The SHA-256 is not that of the text which was sent with it.';
      throw OperationRefused.because(message, ERROR_CODES.BAD_REQUEST);
    }
    return query;
  }

  /** Keeps a text that was sent with its SHA-256, once the operation was let in. */
  register({ query, extensions }: Pick<AskedOperation, 'query' | 'extensions'>): void {
    if (query === '' || this.safelist?.mode === 'require') return;
    const id = persistedId(extensions);
    if (id !== undefined) this.#registered.set(id, query);
  }
}
