import sql, { type Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { Handover } from './entities/Handover.js';
import type { HandoverItemKind } from './entities/HandoverItem.js';

/**
 * Gives all that an employee has to look after to another, or to nobody: accounts, open opportunities, open next steps, open leads. What is closed stays
 * theirs, and so does what they did. With what they have now goes what they left to nobody before, as far as it still is nobody's, and nobody else had it
 * since. It is written down item by item; where nobody takes it over and there is nothing, nothing is.
 */
export async function handOver(manager: EntityManager, handover: Handover): Promise<void> {
  const { id, fromId, toId, at } = handover;
  const run = ({ text, values }: Sql) => manager.query(text, values);
  // Hand-overs take turns: two that lock the same rows in different orders would wait for each other.
  await run(sql`SELECT pg_advisory_xact_lock(hashtext('handover'))`);
  await manager.insert(Handover, handover);
  const left = (kind: HandoverItemKind) => sql`SELECT i.item_id FROM ${leftBehind(fromId, kind)}`;
  // Leads first: one that is being converted is waited for, and its opportunity and account are then found.
  await run(sql`
    WITH moved AS (
      UPDATE lead SET owner_id = ${toId}::uuid, updated_at = ${at}, version = version + 1
      WHERE (owner_id = ${fromId} OR owner_id IS NULL AND id IN (${left('LEAD')})) AND status IN ('NEW', 'WORKING', 'QUALIFIED')
      RETURNING id)
    INSERT INTO handover_item (handover_id, kind, item_id) SELECT ${id}::uuid, 'LEAD', id FROM moved`);
  await run(sql`
    WITH moved AS (
      UPDATE opportunity SET owner_id = ${toId}::uuid, updated_at = ${at}, version = version + 1
      WHERE (owner_id = ${fromId} OR owner_id IS NULL AND id IN (${left('OPPORTUNITY')})) AND stage NOT IN ('WON', 'LOST')
      RETURNING id, amount, currency)
    INSERT INTO handover_item (handover_id, kind, item_id, amount, currency)
    SELECT ${id}::uuid, 'OPPORTUNITY', id, amount, currency FROM moved`);
  await run(sql`
    WITH ${toId === null ? leaveAccounts(fromId) : giveAccounts({ fromId, toId, at })}
    INSERT INTO handover_item (handover_id, kind, item_id) SELECT ${id}::uuid, 'ACCOUNT', recorded_for FROM moved`);
  await run(sql`
    WITH moved AS (
      UPDATE activity SET next_step_owner_id = ${toId}::uuid, next_step_released = ${toId === null}, updated_at = ${at}, version = version + 1
      WHERE (next_step_employee_id = ${fromId} OR next_step_released AND id IN (${left('NEXT_STEP')}))
        AND next_step_due_at IS NOT NULL AND next_step_done_at IS NULL
      RETURNING id, next_step_due_at)
    INSERT INTO handover_item (handover_id, kind, item_id, due_at)
    SELECT ${id}::uuid, 'NEXT_STEP', id, next_step_due_at FROM moved`);
  if (toId !== null) return;
  await run(
    sql`DELETE FROM handover WHERE id = ${id} AND NOT EXISTS (SELECT FROM handover_item WHERE handover_id = ${id})`,
  );
}

/** The items `i` that an employee was the last to have, and left to nobody: from FROM on, for conditions to be added. */
function leftBehind(fromId: string, kind: HandoverItemKind): Sql {
  return sql`handover_item i JOIN handover h ON h.id = i.handover_id
    WHERE h.from_id = ${fromId}::uuid AND h.to_id IS NULL AND i.kind = ${kind}
      AND NOT EXISTS (
        SELECT FROM handover_item j JOIN handover g ON g.id = j.handover_id
        WHERE j.item_id = i.item_id AND j.kind = i.kind AND (g.at, g.id) > (h.at, h.id))`;
}

/** Those who lose whom they have are `moved`. A customer whom nobody looks after has no row. */
function leaveAccounts(fromId: string): Sql {
  return sql`moved AS (DELETE FROM account WHERE owner_id = ${fromId} RETURNING recorded_for)`;
}

/** Those who get somebody are `moved`. */
function giveAccounts({ fromId, toId, at }: { fromId: string; toId: string; at: Date }): Sql {
  return sql`given AS (
    UPDATE account SET owner_id = ${toId}, since = ${at}, version = version + 1 WHERE owner_id = ${fromId} RETURNING recorded_for
  ), left_behind AS (
    INSERT INTO account (customer_id, owner_id, since)
    SELECT DISTINCT i.item_recorded_for, ${toId}::uuid, ${at}::timestamptz
    FROM ${leftBehind(fromId, 'ACCOUNT')}
      AND NOT EXISTS (SELECT FROM account a WHERE a.customer_id = i.item_id)
      AND NOT EXISTS (SELECT FROM erased_customer e WHERE e.customer_id = i.item_recorded_for)
    ON CONFLICT DO NOTHING RETURNING recorded_for
  ), moved AS (SELECT recorded_for FROM given UNION ALL SELECT recorded_for FROM left_behind)`;
}
