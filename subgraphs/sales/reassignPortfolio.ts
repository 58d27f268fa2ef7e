import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Handover } from './entities/Handover.js';

/** Who hands over to whom. */
export interface Reassignment {
  readonly from: string;
  readonly to: string;
  readonly note: string | null;
}

/**
 * Gives all that an employee has to look after to another: accounts, open opportunities, open next steps, open leads. What is closed
 * stays theirs, and so does what they did. All or nothing, and written down item by item.
 * @throws BAD_USER_INPUT for an unknown employee, or the same one twice
 */
export async function reassignPortfolio(
  context: RequestContext,
  { from, to, note }: Reassignment,
  once: Idempotency,
): Promise<Handover> {
  await context.references.require('Employee', { from, to }, context.requestId);
  const [fromId, toId] = [from.toLowerCase(), to.toLowerCase()];
  if (fromId === toId) throw badUserInput('to: must be another than from', 'to');

  return context.write(async (manager) => {
    // Hand-overs take turns: two that lock the same rows in different orders would wait for each other.
    await context.database.query(sql`SELECT pg_advisory_xact_lock(hashtext('handover'))`, manager);
    const now = new Date();
    const handover = Object.assign(new Handover(), { id: uuid(), fromId, toId, at: now, note });
    await manager.insert(Handover, handover);
    // Leads first: one that is being converted is waited for, and its opportunity and account are then found.
    const statements = [
      sql`
        WITH moved AS (
          UPDATE lead SET owner_id = ${toId}, updated_at = ${now}, version = version + 1
          WHERE owner_id = ${fromId} AND status IN ('NEW', 'WORKING', 'QUALIFIED') RETURNING id)
        INSERT INTO handover_item (handover_id, kind, item_id) SELECT ${handover.id}::uuid, 'LEAD', id FROM moved`,
      sql`
        WITH moved AS (
          UPDATE opportunity SET owner_id = ${toId}, updated_at = ${now}, version = version + 1
          WHERE owner_id = ${fromId} AND stage NOT IN ('WON', 'LOST') RETURNING id, amount, currency)
        INSERT INTO handover_item (handover_id, kind, item_id, amount, currency)
        SELECT ${handover.id}::uuid, 'OPPORTUNITY', id, amount, currency FROM moved`,
      sql`
        WITH moved AS (
          UPDATE account SET owner_id = ${toId}, since = ${now}, version = version + 1
          WHERE owner_id = ${fromId} RETURNING recorded_for)
        INSERT INTO handover_item (handover_id, kind, item_id) SELECT ${handover.id}::uuid, 'ACCOUNT', recorded_for FROM moved`,
      sql`
        WITH moved AS (
          UPDATE activity SET next_step_owner_id = ${toId}, updated_at = ${now}, version = version + 1
          WHERE next_step_employee_id = ${fromId} AND next_step_due_at IS NOT NULL AND next_step_done_at IS NULL
          RETURNING id, next_step_due_at)
        INSERT INTO handover_item (handover_id, kind, item_id, due_at)
        SELECT ${handover.id}::uuid, 'NEXT_STEP', id, next_step_due_at FROM moved`,
    ];
    for (const statement of statements) await context.database.query(statement, manager);
    return handover;
  }, once);
}
