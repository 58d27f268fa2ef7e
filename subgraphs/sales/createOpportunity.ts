import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { badUserInput } from '../kit/graph/errors.js';
import { Opportunity } from './entities/Opportunity.js';
import { Product } from './entities/Product.js';
import { StageChange } from './entities/StageChange.js';
import { DEFAULT_PROBABILITY, isOpen, STAGES, type OpportunityStage } from './opportunityStages.js';

/** What a new opportunity says; ids of customers and employees are checked already. */
export interface NewOpportunity {
  readonly customerId?: string | null | undefined;
  readonly name: string;
  readonly stage: OpportunityStage;
  readonly amount?: { readonly amount: string; readonly currency: string } | null | undefined;
  /** 0 to 1; without it, the usual one of the stage. */
  readonly probability?: number | null | undefined;
  readonly expectedCloseOn?: string | null | undefined;
  readonly ownerId?: string | null | undefined;
  readonly productId?: string | null | undefined;
  readonly competitor?: string | null | undefined;
  /** Without it, now. */
  readonly openedAt?: Date | null | undefined;
}

/**
 * Writes an opportunity with its first stage.
 * @param argument the name under which the caller gave it, for errors
 * @throws BAD_USER_INPUT for a closed stage or an unknown product
 */
export async function createOpportunity(
  manager: EntityManager,
  given: NewOpportunity,
  argument: string,
): Promise<Opportunity> {
  const { productId, stage } = given;
  if (!isOpen(stage)) {
    const reason = `an opportunity cannot begin as ${stage}; open it, then move it there`;
    throw badUserInput(`${argument}.stage: ${reason}`, `${argument}.stage`, { allowed: STAGES.filter(isOpen) });
  }
  if (productId && !(await manager.existsBy(Product, { id: productId }))) {
    throw badUserInput(`${argument}.productId: there is no Product ${productId}`, `${argument}.productId`);
  }
  const now = new Date();
  const openedAt = given.openedAt ?? now;
  const opportunity = await manager.save(
    Object.assign(new Opportunity(), {
      id: uuid(),
      customerId: given.customerId?.toLowerCase() ?? null,
      name: given.name,
      stage,
      amountValue: given.amount?.amount ?? null,
      currency: given.amount?.currency ?? null,
      probability: given.probability?.toFixed(4) ?? DEFAULT_PROBABILITY[stage],
      expectedCloseOn: given.expectedCloseOn ?? null,
      ownerId: given.ownerId?.toLowerCase() ?? null,
      productId: productId?.toLowerCase() ?? null,
      openedAt,
      closedAt: null,
      lostReason: null,
      competitor: given.competitor ?? null,
      source: null,
      sourceKey: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    }),
  );
  await manager.insert(StageChange, { opportunityId: opportunity.id, position: 0, stage, at: openedAt });
  return opportunity;
}
