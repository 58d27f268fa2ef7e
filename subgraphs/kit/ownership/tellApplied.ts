import type { DataSource } from 'typeorm';
import { mergesApplied } from '../../../schema/contract.js';
import { Outbox } from '../flow/Outbox.js';

/** How many are told of in one event; the contract allows no more. */
const MOST = 1_000;

/** Events of one subject arrive in order. */
const SUBJECT = 'merges';

/** What its statements say of themselves. */
const COMMENT = 'aliases';

/**
 * Tells identity, by an event, which merges and unmerges are applied here: those whose customers have all followed. It is told where what is told is marked
 * as told, so each once. Of those that concern no row of the subgraph it is told too.
 */
export async function tellApplied(dataSource: DataSource): Promise<void> {
  for (;;) {
    const untold = await dataSource.query<{ position: string }[]>(
      `/* ${COMMENT} */ SELECT DISTINCT a.position FROM customer_alias a WHERE NOT a.is_told
         AND NOT EXISTS (SELECT FROM customer_alias b WHERE b.position = a.position AND NOT b.is_applied)
       ORDER BY 1 LIMIT ${MOST}`,
    );
    if (untold.length === 0) return;
    const subgraph = nameOf(dataSource);
    await dataSource.transaction(async (manager) => {
      // Not of whom a newer one was taken in meanwhile: that has another position.
      const told = await manager.query<{ position: string }[]>(
        `WITH told AS (UPDATE customer_alias SET is_told = true WHERE NOT is_told AND is_applied AND position = ANY($1::bigint[]) RETURNING position)
         SELECT DISTINCT position FROM told ORDER BY 1`,
        [untold.map(({ position }) => position)],
      );
      if (told.length === 0) return;
      const outbox = new Outbox(subgraph);
      outbox.add(mergesApplied, SUBJECT, { subgraph, positions: told.map(({ position }) => Number(position)) });
      await outbox.save(manager, COMMENT);
    });
  }
}

/** Tells identity that the subgraph takes part: as long as it has not said that a merge is applied, that one waits for it. */
export async function tellTakingPart(dataSource: DataSource): Promise<void> {
  const subgraph = nameOf(dataSource);
  const outbox = new Outbox(subgraph);
  outbox.add(mergesApplied, SUBJECT, { subgraph, positions: [] });
  await outbox.save(dataSource.manager, COMMENT);
}

/** A subgraph's schema has its name. */
function nameOf({ options }: DataSource): string {
  return ('schema' in options && options.schema) || '';
}
