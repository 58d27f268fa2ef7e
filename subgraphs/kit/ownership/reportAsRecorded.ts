import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Outbox } from '../flow/Outbox.js';
import { tablesOf } from './ownedTables.js';

interface Recorded {
  readonly id: string;
  readonly customerId: string;
  readonly recordedFor: string;
}

/**
 * Lets what a write reports name for whom the row was recorded that it tells of, and not who that is by now: so the touchpoint goes with the row, when
 * customers are merged or unmerged.
 *
 * @param manager of the write's transaction, in which the rows are there
 */
export async function reportAsRecorded(manager: EntityManager, outbox: Outbox): Promise<void> {
  const ids = outbox.reported.map(({ source }) => source.id).filter((id) => isUuid(id));
  if (ids.length === 0) return;
  const queries = tablesOf(manager.dataSource).flatMap(({ recorded }) => recorded ?? []);
  const each = queries.map(
    (query) =>
      `SELECT id, customer_id AS "customerId", recorded_for AS "recordedFor" FROM (${query}) AS r WHERE id = ANY($1::uuid[])`,
  );
  const rows = await manager.query<Recorded[]>(each.join(' UNION ALL '), [ids]);
  outbox.nameReported(({ source, customerId }) => {
    const theirs = rows.filter(({ id }) => id === source.id);
    // Of a row that is of several, the one of whom it tells.
    const told = theirs.length === 1 ? theirs[0] : theirs.find((row) => row.customerId === customerId);
    return told?.recordedFor ?? customerId;
  });
}
