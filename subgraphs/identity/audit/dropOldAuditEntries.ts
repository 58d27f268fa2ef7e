import type { DataSource } from 'typeorm';
import type { Chore } from '../../kit/serve/defineSubgraph.js';
import { identitySettings } from '../identitySettings.js';

/** How many are dropped in one transaction. */
const BATCH = 10_000;

/** Drops what is older than the retention. It is the only one for whom the table's guard stands aside. */
export const dropOldAuditEntries: Chore = {
  name: 'dropped entries of the audit log that are older than AUDIT_RETENTION_DAYS',
  async run(dataSource, settings) {
    const { auditRetentionDays } = settings(identitySettings);
    let all = 0;
    for (;;) {
      const dropped = await dropBatch(dataSource, auditRetentionDays);
      all += dropped;
      if (dropped < BATCH) return all;
    }
  },
};

async function dropBatch(dataSource: DataSource, days: number): Promise<number> {
  return dataSource.transaction(async (manager) => {
    await manager.query(`SET LOCAL customer360.audit_retention_days = '${days}'`);
    const [, dropped] = await manager.query<[unknown, number]>(
      `DELETE FROM audit_entry WHERE id IN (
         SELECT id FROM audit_entry WHERE at < now() - make_interval(days => $1::int) ORDER BY at LIMIT ${BATCH})`,
      [days],
    );
    return dropped;
  });
}
