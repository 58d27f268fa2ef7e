import sql, { type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { isOfAnother, recordedOwner } from '../kit/ownership/rowOwner.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { requireRow } from './changeRow.js';
import { Campaign } from './entities/Campaign.js';
import { Exposure } from './entities/Exposure.js';
import type { ExposureResponse, recordExposureInput, recordExposureResponseInput } from './exposureInput.js';
import { reportExposure, reportExposureResponse } from './reports.js';
import { changeCustomer } from './segmentMembers.js';

/**
 * Records that a campaign reached a customer, or left them out. The same message (source and its key) again changes
 * nothing.
 * @throws BAD_USER_INPUT for an unknown customer or campaign, and for a message that was recorded as something else
 */
export async function recordExposure(
  context: RequestContext,
  input: z.output<typeof recordExposureInput>,
  once: Idempotency,
): Promise<Exposure> {
  const { campaignId, customerId, control, source, sourceKey } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return changeCustomer(context, customerId, once, async (manager, outbox) => {
    await requireRow(manager, Campaign, campaignId, 'input.campaignId');
    const [row] = await context.database.query<{ id: string }>(
      sql`
        INSERT INTO exposure (id, campaign_id, customer_id, sent_at, control, source, source_key)
        VALUES (${uuid()}, ${campaignId}, ${customerId}, ${input.sentAt ?? new Date()}, ${control}, ${source}, ${sourceKey})
        ON CONFLICT (source, source_key) DO NOTHING RETURNING id`,
      manager,
    );
    if (row !== undefined) {
      const recorded = await manager.findOneByOrFail(Exposure, { id: row.id });
      reportExposure(outbox, recorded, await manager.findOneByOrFail(Campaign, { id: campaignId }));
      return recorded;
    }
    const present = await manager.findOneByOrFail(Exposure, { source: source ?? '', sourceKey: sourceKey ?? '' });
    const isOther = present.campaignId !== campaignId || present.control !== control;
    if (isOther || (await isOfAnother(manager, Exposure, present.id, customerId))) {
      throw badUserInput(
        `input.sourceKey: ${sourceKey} of ${source} is another exposure already: ${present.id}`,
        'input.sourceKey',
      );
    }
    return present;
  });
}

/** What a response sets: the earliest moment told. A click proves that the message was opened. */
const CHANGES: Record<ExposureResponse, (at: Date) => { set: Sql; news: Sql }> = {
  OPENED: (at) => ({
    set: sql`opened_at = least(opened_at, ${at}::timestamptz)`,
    news: sql`opened_at IS NULL OR opened_at > ${at}::timestamptz`,
  }),
  CLICKED: (at) => ({
    set: sql`clicked_at = least(clicked_at, ${at}::timestamptz), opened_at = least(opened_at, ${at}::timestamptz)`,
    news: sql`clicked_at IS NULL OR clicked_at > ${at}::timestamptz`,
  }),
  RESPONDED: (at) => ({
    set: sql`responded_at = least(responded_at, ${at}::timestamptz)`,
    news: sql`responded_at IS NULL OR responded_at > ${at}::timestamptz`,
  }),
};

/**
 * Records what a customer did about an exposure. Steps are only ever added, at the earliest moment told: the same or a
 * later one again changes nothing.
 * @throws BAD_USER_INPUT for an unknown exposure, a moment before it was sent, and what the control group cannot do
 */
export async function recordExposureResponse(
  context: RequestContext,
  { exposureId, response, at }: z.output<typeof recordExposureResponseInput>,
  once: Idempotency,
): Promise<Exposure> {
  const { manager: reader } = context.database.dataSource;
  await requireRow(reader, Exposure, exposureId, 'input.exposureId');
  const { campaignId, customerId, control, sentAt } = await reader.findOneByOrFail(Exposure, { id: exposureId });
  // Not who that is as long as rows follow a merge.
  const recordedFor = (await recordedOwner(reader, Exposure, exposureId)) ?? customerId;
  return changeCustomer(context, recordedFor, once, async (manager, outbox) => {
    if (control && response !== 'RESPONDED') {
      throw badUserInput('input.response: the control group was sent nothing to open or click', 'input.response', {
        allowed: ['RESPONDED'],
      });
    }
    const moment = at ?? new Date();
    if (moment < sentAt) {
      throw badUserInput(`input.at: the exposure was sent later, at ${sentAt.toISOString()}`, 'input.at');
    }
    const { set, news } = CHANGES[response](moment);
    const changed = await context.database.query(
      sql`WITH changed AS (
            UPDATE exposure SET ${set}, version = version + 1, updated_at = now() WHERE id = ${exposureId} AND (${news}) RETURNING id
          ) SELECT id FROM changed`,
      manager,
    );
    const exposure = await manager.findOneByOrFail(Exposure, { id: exposureId });
    if (changed.length > 0) {
      const campaign = await manager.findOneByOrFail(Campaign, { id: campaignId });
      reportExposureResponse(outbox, exposure, campaign, response, moment);
    }
    return exposure;
  });
}
