import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/errors.js';
import type { RequestContext } from '../kit/RequestContext.js';
import { Opportunity } from './entities/Opportunity.js';
import { Product } from './entities/Product.js';
import { StageChange } from './entities/StageChange.js';
import type { openOpportunityInput } from './opportunityInput.js';
import { DEFAULT_PROBABILITY, isOpen, STAGES } from './opportunityStages.js';

/**
 * Records a sale that may come about, with its first stage.
 * @throws BAD_USER_INPUT for a closed stage, or for a customer, employee or product that does not exist
 */
export async function openOpportunity(
  context: RequestContext,
  input: z.output<typeof openOpportunityInput>,
): Promise<Opportunity> {
  const { customerId, ownerId, productId, stage, amount, probability } = input;
  if (!isOpen(stage)) {
    throw badUserInput(
      `input.stage: an opportunity cannot begin as ${stage}; open it, then move it there`,
      'input.stage',
      { allowed: STAGES.filter(isOpen) },
    );
  }
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  await context.references.require('Employee', { 'input.ownerId': ownerId }, context.requestId);

  return context.write(async (manager) => {
    if (productId && !(await manager.existsBy(Product, { id: productId }))) {
      throw badUserInput(`input.productId: there is no Product ${productId}`, 'input.productId');
    }
    const now = new Date();
    const openedAt = input.openedAt ?? now;
    const opportunity = await manager.save(
      Object.assign(new Opportunity(), {
        id: uuid(),
        customerId: customerId?.toLowerCase() ?? null,
        name: input.name,
        stage,
        amountValue: amount?.amount ?? null,
        currency: amount?.currency ?? null,
        probability: probability?.toFixed(4) ?? DEFAULT_PROBABILITY[stage],
        expectedCloseOn: input.expectedCloseOn ?? null,
        ownerId: ownerId?.toLowerCase() ?? null,
        productId: productId?.toLowerCase() ?? null,
        openedAt,
        closedAt: null,
        lostReason: null,
        competitor: input.competitor ?? null,
        source: null,
        sourceKey: null,
        createdAt: now,
        updatedAt: now,
        version: 1,
      }),
    );
    await manager.insert(StageChange, { opportunityId: opportunity.id, position: 0, stage, at: openedAt });
    return opportunity;
  });
}
