import sql, { join, type Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { holdCustomer } from '../kit/ownership/holdCustomer.js';
import { Database } from '../kit/sql/Database.js';
import type { Outbox } from '../kit/flow/Outbox.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { ruleCondition } from './ruleCondition.js';
import { segmentRule, type SegmentRule } from './segmentRule.js';

/** How many segments may have a rule: each change of a customer is held against all of them, in one statement. */
export const MAX_RULE_SEGMENTS = 50;

/** Taken shared by whatever changes a customer, alone by whatever changes a rule: neither overlooks the other. */
const RULES_LOCK = 'segment rules';

/** Who a rule chooses among: the customers of whom marketing knows anything. */
const KNOWN = sql`(SELECT customer_id AS id FROM trait UNION SELECT customer_id FROM consent_event
  UNION SELECT customer_id FROM exposure)`;

/** Of who was erased the ledger of consents stays, and proves only what was agreed to. */
const IS_THERE = sql`NOT EXISTS (SELECT FROM erased_customer x WHERE x.customer_id = c.id)`;

interface RuledSegment {
  readonly id: string;
  readonly rule: SegmentRule;
}

/**
 * Brings memberships in line with the rules, in one statement: who no longer belongs goes, who newly belongs comes, and
 * who stays keeps `since`.
 * @param candidates the customers looked at, with a column `id`
 * @param scope which memberships, over the alias `m`, are looked at
 */
async function align(
  database: Database,
  manager: EntityManager,
  segments: readonly RuledSegment[],
  candidates: Sql,
  scope: Sql,
): Promise<void> {
  const wanted = segments.map(
    ({ id, rule }) =>
      sql`SELECT ${id}::uuid AS segment_id, c.id AS customer_id FROM ${candidates} c WHERE ${IS_THERE} AND ${ruleCondition(rule)}`,
  );
  const ids = segments.map(({ id }) => id);
  await database.query(
    sql`
      WITH wanted AS MATERIALIZED (${join(wanted, ' UNION ALL ')}), gone AS (
        DELETE FROM segment_member m WHERE m.segment_id = ANY(${ids}::uuid[]) AND ${scope} AND NOT EXISTS (
          SELECT FROM wanted w WHERE w.segment_id = m.segment_id AND w.customer_id = m.customer_id)
      )
      INSERT INTO segment_member (id, segment_id, customer_id)
      SELECT gen_random_uuid(), w.segment_id, w.customer_id FROM wanted w
      WHERE NOT EXISTS (
        SELECT FROM segment_member m WHERE m.segment_id = w.segment_id AND m.customer_id = w.customer_id)
      ON CONFLICT DO NOTHING`,
    manager,
  );
}

/** Waits until no customer is being changed, and keeps them from changing while a rule does. Take it before any row. */
export async function lockRules(database: Database, manager: EntityManager): Promise<void> {
  await database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${RULES_LOCK}, 0))`, manager);
}

/** Finds anew all members of a segment by rule. `lockRules` comes first. */
export async function recomputeSegment(
  database: Database,
  manager: EntityManager,
  segment: RuledSegment,
): Promise<void> {
  await align(database, manager, [segment], KNOWN, sql`TRUE`);
}

/** Finds anew all members of all segments by rule: rows were written past the mutations. */
export async function recomputeSegments(manager: EntityManager): Promise<void> {
  const database = new Database(manager.dataSource);
  await lockRules(database, manager);
  for (const segment of await ruledSegments(database, manager)) await recomputeSegment(database, manager, segment);
}

async function ruledSegments(database: Database, manager: EntityManager): Promise<RuledSegment[]> {
  const rows = await database.query<{ id: string; tree: unknown }>(
    sql`SELECT id, rule_tree AS tree FROM segment WHERE rule_tree IS NOT NULL ORDER BY id`,
    manager,
  );
  return rows.map(({ id, tree }) => ({ id, rule: segmentRule.parse(tree) }));
}

/** How many customers a rule chooses. */
export async function countChosen(database: Database, rule: SegmentRule): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM ${KNOWN} c WHERE ${IS_THERE} AND ${ruleCondition(rule)}`,
  );
  return row?.n ?? 0;
}

/** Finds anew in which segments by rule customers are who were merged or unmerged. */
export async function recomputeCustomers(manager: EntityManager, customerIds: readonly string[]): Promise<void> {
  const database = new Database(manager.dataSource);
  await database.query(sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${RULES_LOCK}, 0))`, manager);
  for (const customerId of customerIds.toSorted()) {
    await database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`consent ${customerId}`}, 0))`, manager);
    await recomputeCustomer(database, manager, customerId);
  }
}

async function recomputeCustomer(database: Database, manager: EntityManager, customerId: string): Promise<void> {
  const segments = await ruledSegments(database, manager);
  if (segments.length === 0) return;
  const own = sql`(SELECT ${customerId}::uuid AS id)`;
  await align(database, manager, segments, own, sql`m.customer_id = ${customerId}::uuid`);
}

/**
 * Runs a mutation that changes what marketing knows of one customer, and their memberships with it, in one transaction.
 * Changes of the same customer take turns; changes of different customers do not wait for each other.
 */
export async function changeCustomer<R>(
  context: RequestContext,
  customerId: string,
  once: Idempotency,
  work: (manager: EntityManager, outbox: Outbox) => Promise<R>,
): Promise<R> {
  const { database } = context;
  return context.write(async (manager, outbox) => {
    // Else a merge could come between what is found of them and what is written.
    const current = await holdCustomer(manager, customerId);
    await database.query(sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${RULES_LOCK}, 0))`, manager);
    const customerIds = [...new Set([customerId.toLowerCase(), current])].sort();
    for (const id of customerIds) {
      // The name under which the ledger has always locked a customer, which a process of the version before still uses.
      await database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`consent ${id}`}, 0))`, manager);
    }
    const answer = await work(manager, outbox);
    for (const id of customerIds) await recomputeCustomer(database, manager, id);
    return answer;
  }, once);
}
