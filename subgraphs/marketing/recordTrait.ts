import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Trait } from './entities/Trait.js';
import { changeCustomer } from './segmentMembers.js';
import type { recordTraitInput } from './traitInput.js';

/**
 * Records what a source has observed of a customer: the latest value of the name from the source, so an older observation
 * changes nothing, and neither does the very same one again. Of two of the same moment, the one recorded last holds.
 * @returns the trait as it stands then
 * @throws BAD_USER_INPUT for an unknown customer
 */
export async function recordTrait(
  context: RequestContext,
  input: z.output<typeof recordTraitInput>,
  once: Idempotency,
): Promise<Trait> {
  const { customerId, name, kind, value, source } = input;
  await context.references.require('Customer', { 'input.customerId': customerId }, context.requestId);
  return changeCustomer(context, customerId, once, async (manager) => {
    const observedAt = input.observedAt ?? new Date();
    await context.database.query(
      sql`
        INSERT INTO trait AS t (id, customer_id, name, kind, value, source, observed_at)
        VALUES (${uuid()}, ${customerId}, ${name}, ${kind}, ${value}, ${source}, ${observedAt})
        ON CONFLICT (customer_id, name, source) DO UPDATE SET kind = excluded.kind, value = excluded.value,
          observed_at = excluded.observed_at, version = t.version + 1, updated_at = now()
        WHERE excluded.observed_at >= t.observed_at
          AND (excluded.kind, excluded.value, excluded.observed_at) IS DISTINCT FROM (t.kind, t.value, t.observed_at)`,
      manager,
    );
    return manager.findOneByOrFail(Trait, { customerId, name, source });
  });
}
