import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { holdOwner, recordAsOf } from '../kit/ownership/rowOwner.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { createOpportunity } from './createOpportunity.js';
import { Lead } from './entities/Lead.js';
import type { convertLeadInput } from './leadInput.js';
import { QUALIFIES_TO } from './leadStatus.js';
import { lockRow } from './lockRow.js';
import { reportOpportunity } from './reports.js';

/** Whose opportunity it becomes. */
async function customerOf(manager: EntityManager, lead: Lead, given: string | null): Promise<string> {
  const argument = 'input.customerId';
  if (given !== null && !(await recordAsOf(manager, Lead, lead.id, given))) {
    throw badUserInput(`${argument}: the lead is of customer ${lead.customerId}`, argument);
  }
  const customerId = given ?? (await holdOwner(manager, Lead, lead.id));
  if (customerId === null) throw badUserInput(`${argument}: identify the customer first, and say who it is`, argument);
  return customerId;
}

/**
 * Makes a qualified lead an opportunity of a customer; whoever follows up the lead pursues the opportunity and, when nobody
 * looks after the customer yet, looks after them from now on.
 * @param expectedVersion the version that the caller has seen; null to convert whatever is there
 * @throws BAD_USER_INPUT for an unknown lead, customer or product, a lead that is not QUALIFIED (`extensions.allowed` lists what can
 *   follow), a customer who is missing or another than the lead's, or a closed stage; CONFLICT when the version is stale
 */
export async function convertLead(
  context: RequestContext,
  id: string,
  input: z.output<typeof convertLeadInput>,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Lead> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  return context.write(async (manager, outbox) => {
    const lead = await lockRow(manager, Lead, { argument: 'id', id, expectedVersion });
    if (lead.status !== 'QUALIFIED') {
      const reason = `a lead that is ${lead.status} cannot be converted; qualify it first`;
      throw badUserInput(`id: ${reason}`, 'id', { allowed: QUALIFIES_TO[lead.status] });
    }
    const customerId = await customerOf(manager, lead, input.customerId?.toLowerCase() ?? null);
    const opportunity = await createOpportunity(
      manager,
      {
        ...input,
        customerId,
        ownerId: lead.ownerId,
        amount: input.amount ?? lead.qualification.budget,
        expectedCloseOn: input.expectedCloseOn ?? lead.timing,
      },
      'input',
    );
    if (lead.ownerId !== null) {
      await context.database.query(
        sql`INSERT INTO account (customer_id, owner_id) SELECT ${customerId}::uuid, ${lead.ownerId}::uuid
            WHERE NOT EXISTS (SELECT FROM account WHERE customer_id = ${customerId}) ON CONFLICT DO NOTHING`,
        manager,
      );
    }
    reportOpportunity(outbox, opportunity, opportunity.openedAt ?? opportunity.createdAt, null);
    const now = new Date();
    Object.assign(lead, {
      customerId,
      opportunityId: opportunity.id,
      status: 'CONVERTED',
      convertedAt: now,
      updatedAt: now,
      version: lead.version + 1,
    });
    return manager.save(lead);
  }, once);
}
