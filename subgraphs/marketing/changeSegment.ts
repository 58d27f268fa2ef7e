import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '../kit/sql/Database.js';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { lockRow, requireRow, saveRow } from './changeRow.js';
import { Campaign } from './entities/Campaign.js';
import { Segment } from './entities/Segment.js';
import { ruleInWords } from './ruleInWords.js';
import type { createSegmentInput, updateSegmentInput } from './segmentInput.js';
import { lockRules, MAX_RULE_SEGMENTS, recomputeSegment } from './segmentMembers.js';
import { conditionsOf, segmentRule, type SegmentRule } from './segmentRule.js';

/** No other segment has the name, whatever the case. */
async function checkName(database: Database, manager: EntityManager, name: string, own: string): Promise<void> {
  const taken = await database.query(
    sql`SELECT id FROM segment WHERE lower(name) = lower(${name}) AND id <> ${own}`,
    manager,
  );
  if (taken.length > 0) throw badUserInput(`input.name: there is a segment ${name} already`, 'input.name');
}

async function checkCampaigns(manager: EntityManager, rule: SegmentRule): Promise<void> {
  for (const condition of conditionsOf(rule)) {
    if ('exposures' in condition) await requireRow(manager, Campaign, condition.exposures.campaignId, 'input.rule');
  }
}

async function checkNumber(database: Database, manager: EntityManager): Promise<void> {
  const [row] = await database.query<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM segment WHERE rule_tree IS NOT NULL`,
    manager,
  );
  if ((row?.n ?? 0) >= MAX_RULE_SEGMENTS) {
    throw badUserInput(
      `input.rule: there are ${MAX_RULE_SEGMENTS} segments by rule already, the most there may be`,
      'input.rule',
    );
  }
}

/**
 * Makes a segment by rule and finds its members.
 * @throws BAD_USER_INPUT for a name that is taken, an unknown campaign, one segment too many
 */
export async function createSegment(
  context: RequestContext,
  { name, description, rule }: z.output<typeof createSegmentInput>,
  once: Idempotency,
): Promise<Segment> {
  const { database } = context;
  return context.write(async (manager) => {
    await lockRules(database, manager);
    const id = uuid();
    await checkName(database, manager, name, id);
    await checkCampaigns(manager, rule);
    await checkNumber(database, manager);
    await manager.insert(Segment, {
      id,
      name,
      description: description ?? null,
      rule: ruleInWords(rule),
      ruleTree: rule as never,
    });
    await recomputeSegment(database, manager, { id, rule });
    return manager.findOneByOrFail(Segment, { id });
  }, once);
}

/**
 * Changes a segment; with its rule, its members.
 * @throws BAD_USER_INPUT as `createSegment` and for an unknown segment; CONFLICT when the version is stale
 */
export async function updateSegment(
  context: RequestContext,
  id: string,
  { name, description, rule }: z.output<typeof updateSegmentInput>,
  expectedVersion: number | null | undefined,
  once: Idempotency,
): Promise<Segment> {
  const { database } = context;
  return context.write(async (manager) => {
    await lockRules(database, manager);
    const segment = await lockRow(manager, Segment, id, expectedVersion);
    if (name !== undefined) await checkName(database, manager, name, segment.id);
    if (rule === undefined) return saveRow(manager, Segment, segment, { name, description });
    await checkCampaigns(manager, rule);
    if (segment.ruleTree === null) await checkNumber(database, manager);
    const changes = { name, description, rule: ruleInWords(rule), ruleTree: rule };
    const saved = await saveRow(manager, Segment, segment, changes);
    await recomputeSegment(database, manager, { id: saved.id, rule });
    return saved;
  }, once);
}

/**
 * Finds the members of a segment by rule anew, for rows that came in past the mutations, such as an import's.
 * @throws BAD_USER_INPUT for an unknown or manual segment
 */
export async function refreshSegment(context: RequestContext, id: string, once: Idempotency): Promise<Segment> {
  const { database } = context;
  return context.write(async (manager) => {
    await lockRules(database, manager);
    const segment = await lockRow(manager, Segment, id, null);
    if (segment.ruleTree === null) throw badUserInput('id: the segment is a manual one, without a rule', 'id');
    await recomputeSegment(database, manager, { id: segment.id, rule: segmentRule.parse(segment.ruleTree) });
    return segment;
  }, once);
}
