/** How often something is begun that Postgres ends because it and another wait for each other. */
const MOST_TRIES = 5;
/** Postgres' code for that. */
const DEADLOCK_DETECTED = '40P01';

/**
 * Does something in a transaction, and begins anew where Postgres ended it because it and another waited for each other.
 * @param transaction does it whole, or not at all
 */
export async function againAfterDeadlock<R>(transaction: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (tries === MOST_TRIES || !isDeadlock(error)) throw error;
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === DEADLOCK_DETECTED;
}
