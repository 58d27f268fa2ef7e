import type { EntityManager } from 'typeorm';
import { ERASED_TEXT } from '../kit/ownership/Erase.js';

/** What was said goes: cases, messages, promises, notes and reasons lose their texts. Times, states and amounts stay, so that service levels and the books add up. */
export async function eraseService(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  // The tables that are only appended to let just this pass.
  await manager.query(`SELECT set_config('customer360.erasing', 'on', true)`);
  await manager.query(
    `UPDATE service_case SET subject = $2, resolution = NULL, escalation_reason = NULL, source = NULL, source_key = NULL
     WHERE customer_id = ANY($1::uuid[])`,
    [customerIds, ERASED_TEXT],
  );
  const ofTheirCases = 'case_id IN (SELECT id FROM service_case WHERE customer_id = ANY($1::uuid[]))';
  await manager.query(`UPDATE case_message SET body = $2 WHERE ${ofTheirCases}`, [customerIds, ERASED_TEXT]);
  await manager.query(`UPDATE case_status_change SET note = NULL WHERE note IS NOT NULL AND ${ofTheirCases}`, [
    customerIds,
  ]);
  await manager.query('UPDATE promise SET what = $2 WHERE customer_id = ANY($1::uuid[])', [customerIds, ERASED_TEXT]);
  await manager.query('UPDATE goodwill SET reason = $2 WHERE customer_id = ANY($1::uuid[])', [
    customerIds,
    ERASED_TEXT,
  ]);
  await manager.query(`SELECT set_config('customer360.erasing', '', true)`);
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM service_case WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM promise WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM goodwill WHERE customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
