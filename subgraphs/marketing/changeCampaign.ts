import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { createCampaignInput, updateCampaignInput } from './campaignInput.js';
import { lockRow, saveRow } from './changeRow.js';
import { Campaign } from './entities/Campaign.js';

type Changes = z.output<typeof updateCampaignInput>;

/** The columns of what was given; what was not given is undefined. */
function columnsOf({ budget, controlShare, ...columns }: Changes) {
  return {
    ...columns,
    ...(budget === undefined ? {} : { budgetAmount: budget?.amount ?? null, budgetCurrency: budget?.currency ?? null }),
    ...(controlShare === undefined ? {} : { controlShareText: controlShare.toFixed(4) }),
  };
}

function checkTimes(startsAt: Date, endsAt: Date | null): void {
  if (endsAt !== null && endsAt < startsAt) {
    throw badUserInput(`input.endsAt must not be before it starts, at ${startsAt.toISOString()}`, 'input.endsAt');
  }
}

/** Plans a campaign. */
export async function createCampaign(
  context: RequestContext,
  { channel, ...input }: z.output<typeof createCampaignInput>,
  once: Idempotency,
): Promise<Campaign> {
  checkTimes(input.startsAt, input.endsAt ?? null);
  return context.write(async (manager) => {
    const id = uuid();
    await manager.insert(Campaign, { id, channel, ...columnsOf(input) });
    return manager.findOneByOrFail(Campaign, { id });
  }, once);
}

/**
 * Changes a campaign, but not its channel.
 * @throws BAD_USER_INPUT for an unknown campaign or an end before the start; CONFLICT when the version is stale
 */
export async function updateCampaign(
  context: RequestContext,
  id: string,
  input: Changes,
  expectedVersion: number | null | undefined,
  once: Idempotency,
): Promise<Campaign> {
  return context.write(async (manager) => {
    const campaign = await lockRow(manager, Campaign, id, expectedVersion);
    const endsAt = input.endsAt === undefined ? campaign.endsAt : input.endsAt;
    checkTimes(input.startsAt ?? campaign.startsAt, endsAt);
    return saveRow(manager, Campaign, campaign, columnsOf(input));
  }, once);
}
