import type { z } from 'zod';
import { hasScope, SCOPES } from '../../schema/contract.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Lead } from './entities/Lead.js';
import type { captureLeadInput } from './leadInput.js';
import { reportLead } from './reports.js';

/**
 * Records somebody who may be interested; once for each `externalId`.
 * @throws BAD_USER_INPUT for a customer or employee that does not exist, or an `externalId` under which something else is recorded
 */
export async function captureLead(
  context: RequestContext,
  input: z.output<typeof captureLeadInput>,
  once: Idempotency,
): Promise<Lead> {
  const { customerId, ownerId } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    // No mutation changes the address of a lead. Nor its source, but an import that says none writes OTHER. Who may not see the address is not told
    // whether theirs is another.
    const email = hasScope(context.caller, SCOPES.readPersonalData) ? (input.email ?? null) : null;
    const said = { customerId: customerId ?? null, email };
    const { id, there } = await findExternal(context.database, manager, Lead, input.externalId, said);
    if (there) return there;
    await requireActive(manager, { 'input.ownerId': ownerId });
    const now = new Date();
    const lead = Object.assign(new Lead(), {
      id,
      customerId: customerId?.toLowerCase() ?? null,
      name: input.name,
      company: input.company ?? null,
      email: input.email ?? null,
      phone: input.phone ?? null,
      source: input.source,
      interest: input.interest ?? null,
      status: 'NEW' as const,
      ownerId: ownerId?.toLowerCase() ?? null,
      budgetAmount: null,
      budgetCurrency: null,
      authority: null,
      need: null,
      timing: null,
      disqualifiedReason: null,
      opportunityId: null,
      capturedAt: input.capturedAt ?? now,
      convertedAt: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    // Not `save`, which would change what an import has written under the id meanwhile.
    await manager.insert(Lead, lead);
    reportLead(outbox, lead);
    return lead;
  }, once);
}
