import type { EntityManager } from 'typeorm';

/** What stands where a text was that cannot be left out. */
export const ERASED_TEXT = 'Erased';

/**
 * Takes from a subgraph's own tables what is personal of customers who are erased: deletes the row, or blanks what people wrote and keeps
 * the figures that must add up. It runs in the transaction that takes the erasure in, and runs again for the same customers: what is gone stays gone.
 * @returns the ids of the customers' rows that were deleted or blanked; other places that keep something of them are found by these
 */
export type Erase = (manager: EntityManager, customerIds: readonly string[]) => Promise<readonly string[]>;
