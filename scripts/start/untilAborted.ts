import { once } from 'node:events';

/**
 * Waits for a promise, but not past the signal's abort.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whoever stops waiting does not want to hear of a later failure either.
  promise.catch(() => {});
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = once(signal, 'abort', { signal: over.signal }).then((): never => {
    throw signal.reason;
  });
  aborted.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    over.abort();
  }
}
