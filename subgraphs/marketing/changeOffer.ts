import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { lockRow, requireRow, saveRow } from './changeRow.js';
import { Campaign } from './entities/Campaign.js';
import { Offer } from './entities/Offer.js';
import { Proposition } from './entities/Proposition.js';
import type { createOfferInput, updateOfferInput } from './offerInput.js';

type Changes = z.output<typeof updateOfferInput>;

/** The columns of what was given; what was not given is undefined. */
function columnsOf({ price, ...columns }: Changes) {
  return { ...columns, ...(price ? { priceAmount: price.amount, priceCurrency: price.currency } : {}) };
}

/** Checks an offer as it would be. */
async function check(
  manager: EntityManager,
  {
    propositionId,
    campaignId,
    validFrom,
    validUntil,
  }: Pick<Offer, 'propositionId' | 'campaignId' | 'validFrom' | 'validUntil'>,
): Promise<void> {
  if (propositionId === null && campaignId === null) {
    throw badUserInput('input needs propositionId or campaignId', 'input');
  }
  await requireRow(manager, Proposition, propositionId, 'input.propositionId');
  await requireRow(manager, Campaign, campaignId, 'input.campaignId');
  if (validUntil !== null && validUntil <= validFrom) {
    throw badUserInput(`input.validUntil must be after validFrom, ${validFrom.toISOString()}`, 'input.validUntil');
  }
}

/**
 * Makes an offer.
 * @throws BAD_USER_INPUT for an unknown proposition or campaign, for neither, and for an end before the beginning
 */
export async function createOffer(
  context: RequestContext,
  input: z.output<typeof createOfferInput>,
  once: Idempotency,
): Promise<Offer> {
  return context.write(async (manager) => {
    const { propositionId = null, campaignId = null, validFrom, validUntil = null } = input;
    await check(manager, { propositionId, campaignId, validFrom, validUntil });
    const id = uuid();
    await manager.insert(Offer, { id, ...columnsOf(input) });
    return manager.findOneByOrFail(Offer, { id });
  }, once);
}

/**
 * Changes an offer.
 * @throws BAD_USER_INPUT as `createOffer` and for an unknown offer; CONFLICT when the version is stale
 */
export async function updateOffer(
  context: RequestContext,
  id: string,
  input: Changes,
  expectedVersion: number | null | undefined,
  once: Idempotency,
): Promise<Offer> {
  return context.write(async (manager) => {
    const offer = await lockRow(manager, Offer, id, expectedVersion);
    const {
      propositionId = offer.propositionId,
      campaignId = offer.campaignId,
      validFrom = offer.validFrom,
      validUntil = offer.validUntil,
    } = input;
    await check(manager, { propositionId, campaignId, validFrom, validUntil });
    return saveRow(manager, Offer, offer, columnsOf(input));
  }, once);
}
