import { LRUCache } from 'lru-cache';
import { PlanFailed } from './PlanFailed.js';

/** So many failures are remembered. There is one of these for each document: what is not there yet takes no memory. */
const FAILURES = 256;

/**
 * Makes each value once: whoever asks for it meanwhile waits for the same, and that it cannot be made is remembered for a while. Who was refused for what
 * they alone did (`OperationRefused`) does not stand for the others who wait.
 */
export class MadeOnce<V extends object> {
  readonly #made = new Map<string, V>();
  readonly #pending = new Map<string, Promise<V>>();
  readonly #failed: LRUCache<string, PlanFailed>;

  /** @param rememberMs how long a failure is remembered */
  constructor(rememberMs: number) {
    this.#failed = new LRUCache<string, PlanFailed>({
      maxSize: FAILURES,
      sizeCalculation: () => 1,
      ttl: rememberMs,
    });
  }

  /**
   * @returns the value at once where it is there
   * @throws what `make` throws; the same PlanFailed again for a while
   */
  get(key: string, make: () => Promise<V>): V | Promise<V> {
    const made = this.#made.get(key);
    if (made) return made;
    const failure = this.#failed.get(key);
    if (failure) return Promise.reject(failure);
    const pending = this.#pending.get(key);
    if (pending) return pending.catch((error: unknown) => this.#afterOthers(key, make, error));
    const making = this.#make(key, make);
    this.#pending.set(key, making);
    return making;
  }

  /** Forgets all that was made. */
  clear(): void {
    this.#made.clear();
  }

  /** Somebody else began it, and was refused. */
  #afterOthers(key: string, make: () => Promise<V>, error: unknown): V | Promise<V> {
    if (error instanceof PlanFailed) throw error;
    return this.get(key, make);
  }

  async #make(key: string, make: () => Promise<V>): Promise<V> {
    try {
      const value = await make();
      this.#made.set(key, value);
      return value;
    } catch (error) {
      if (error instanceof PlanFailed && error.reason !== 'closed') this.#failed.set(key, error);
      throw error;
    } finally {
      this.#pending.delete(key);
    }
  }
}
