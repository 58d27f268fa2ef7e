/** Postgres' code where it ends a transaction because it and another wait for each other. */
const DEADLOCK_DETECTED = '40P01';
/** Its code for a row whose key is there already. */
const UNIQUE_VIOLATION = '23505';

/** How often something is begun for each: after a deadlock the other may be met again, but a key that another transaction wrote meanwhile is seen the second time. */
const MOST_TRIES: ReadonlyMap<unknown, number> = new Map([
  [DEADLOCK_DETECTED, 5],
  [UNIQUE_VIOLATION, 2],
]);

/**
 * Does something in a transaction, and begins anew where it collided with another: where each waited for the other, or where the other wrote the same key after this
 * one had looked.
 * @param transaction does it whole, or not at all
 */
export async function againAfterCollision<R>(transaction: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (tries >= (MOST_TRIES.get(codeOf(error)) ?? 1)) throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
