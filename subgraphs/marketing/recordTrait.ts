import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { insertForNamed } from '../kit/ownership/insertForNamed.js';
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
    const same = sql`t.customer_id = ${customerId} AND t.name = ${name} AND t.source = ${source}`;
    const [there] = await context.database.find(Trait, same, manager);
    if (there) {
      await context.database.query(
        sql`
          UPDATE trait t SET kind = ${kind}, value = ${value}, observed_at = ${observedAt}, version = t.version + 1, updated_at = now()
          WHERE ${same} AND ${observedAt}::timestamptz >= ${there.observedAt}::timestamptz
            AND (t.kind, t.value, t.observed_at) IS DISTINCT FROM (${kind}, ${value}, ${observedAt}::timestamptz)`,
        manager,
      );
    }
    if (!there || observedAt >= there.observedAt) {
      const trait = { id: uuid(), customerId, name, kind, value, source, observedAt };
      await insertForNamed(manager, Trait, { ...trait, sourceKey: null, updatedAt: null, version: 1 });
    }
    const [trait] = await context.database.find(Trait, same, manager);
    if (trait === undefined) throw new Error('a trait that was just written is not there');
    return trait;
  });
}
