import sql from 'sql-template-tag';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { parseInput } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { changeCustomer } from './changeCustomer.js';
import type { Customer } from './entities/Customer.js';
import { ExternalId } from './entities/ExternalId.js';
import { type ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { MAX_IDENTIFIERS } from './identifierInput.js';
import type { Change } from './lockRow.js';

/**
 * Writes down under which id another system knows the customer.
 * @throws BAD_USER_INPUT when it is another customer's, or the customer has 20 already
 */
export async function addExternalId(
  context: RequestContext,
  change: Change,
  given: ExternalIdInput,
  once: Idempotency,
): Promise<Customer> {
  const { source, id } = parseInput(externalIdInput, given, 'externalId');
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    // Whoever adds the same id to another customer at the same time waits here.
    const added = await context.database.query(
      sql`INSERT INTO external_id (source, id, customer_id) VALUES (${source}, ${id}, ${customerId})
          ON CONFLICT DO NOTHING RETURNING id`,
      manager,
    );
    if (added.length === 0) {
      const present = await manager.findOneBy(ExternalId, { source, id });
      if (present?.customerId === customerId) return false;
      throw badUserInput('externalId: it is the id of another customer', 'externalId', {
        customerId: present?.customerId,
      });
    }
    if ((await manager.countBy(ExternalId, { customerId })) > MAX_IDENTIFIERS) {
      throw badUserInput(`the customer would have more than ${MAX_IDENTIFIERS} externalIds`, 'externalId');
    }
    return true;
  });
}

/** Forgets under which id another system knew the customer. What is not there is gone already. */
export async function removeExternalId(
  context: RequestContext,
  change: Change,
  given: ExternalIdInput,
  once: Idempotency,
): Promise<Customer> {
  const { source, id } = parseInput(externalIdInput, given, 'externalId');
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    const { affected } = await manager.delete(ExternalId, { source, id, customerId });
    return affected === 1;
  });
}
