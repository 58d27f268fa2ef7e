import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { createOpportunity } from './createOpportunity.js';
import type { Opportunity } from './entities/Opportunity.js';
import type { openOpportunityInput } from './opportunityInput.js';
import { reportOpportunity } from './reports.js';

/**
 * Records a sale that may come about, with its first stage.
 * @throws BAD_USER_INPUT for a closed stage, or for a customer, employee or product that does not exist
 */
export async function openOpportunity(
  context: RequestContext,
  input: z.output<typeof openOpportunityInput>,
  once: Idempotency,
): Promise<Opportunity> {
  const { customerId, ownerId } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    await requireActive(manager, { 'input.ownerId': ownerId });
    const opportunity = await createOpportunity(manager, input, 'input');
    reportOpportunity(outbox, opportunity, opportunity.openedAt ?? opportunity.createdAt, null);
    return opportunity;
  }, once);
}
