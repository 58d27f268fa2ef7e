import type { EntityManager } from 'typeorm';
import { ERASED_TEXT } from '../kit/ownership/Erase.js';

/**
 * What is known of who they are and what was said goes: leads' contact data, activities' texts and documents, estimates of what they spend, who looks after them. Orders,
 * opportunities and amounts stay for the books, under an id that says nothing.
 */
export async function eraseSales(manager: EntityManager, customerIds: readonly string[]): Promise<string[]> {
  await manager.query('DELETE FROM account WHERE customer_id = ANY($1::uuid[])', [customerIds]);
  await manager.query('DELETE FROM category_spend WHERE customer_id = ANY($1::uuid[])', [customerIds]);
  await manager.query(
    `DELETE FROM activity_document WHERE activity_id IN (SELECT id FROM activity WHERE customer_id = ANY($1::uuid[]))`,
    [customerIds],
  );
  await manager.query(
    `UPDATE activity SET subject = $2, notes = NULL, outcome = NULL, next_step_description = NULL, next_step_due_at = NULL,
       next_step_done_at = NULL, next_step_owner_id = NULL WHERE customer_id = ANY($1::uuid[])`,
    [customerIds, ERASED_TEXT],
  );
  await manager.query(
    `UPDATE opportunity SET name = $2, lost_reason = NULL, competitor = NULL, source = NULL, source_key = NULL
     WHERE customer_id = ANY($1::uuid[])`,
    [customerIds, ERASED_TEXT],
  );
  await manager.query(
    `UPDATE lead SET name = $2, company = NULL, email = NULL, phone = NULL, interest = NULL, need = NULL,
       disqualified_reason = NULL WHERE customer_id = ANY($1::uuid[])`,
    [customerIds, ERASED_TEXT],
  );
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM activity WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM opportunity WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM lead WHERE customer_id = ANY($1::uuid[]) UNION ALL
     SELECT id FROM customer_order WHERE customer_id = ANY($1::uuid[])`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
