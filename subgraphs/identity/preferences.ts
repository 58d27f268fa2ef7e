import sql from 'sql-template-tag';
import { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { insertForNamed } from '../kit/ownership/insertForNamed.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { changeCustomer } from './changeCustomer.js';
import type { Customer } from './entities/Customer.js';
import { Preference, type PreferenceInput } from './entities/Preference.js';
import type { Change } from './lockRow.js';

/** How many preferences a customer can have. */
const MAX_PREFERENCES = 50;

const preferenceLabel = text(100);
const preferenceInput = z.object({ label: preferenceLabel, note: text(2000) });

/** Notes how a customer likes something, in place of what was noted under the label before. */
export async function setPreference(
  context: RequestContext,
  change: Change,
  input: PreferenceInput,
  once: Idempotency,
): Promise<Customer> {
  const { label, note } = parseInput(preferenceInput, input, 'input');
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    const own = await context.database.find(Preference, sql`t.customer_id = ${customerId}`, manager);
    const present = own.find((preference) => preference.label === label);
    if (present?.note === note) {
      await insertForNamed(manager, Preference, { customerId, label, note, updatedAt: present.updatedAt });
      return false;
    }
    if (!present && own.length >= MAX_PREFERENCES) {
      throw badUserInput(`the customer has ${MAX_PREFERENCES} preferences already; remove one first`, 'input.label');
    }
    const updatedAt = new Date();
    await manager.update(Preference, { customerId, label }, { note, updatedAt });
    await insertForNamed(manager, Preference, { customerId, label, note, updatedAt });
    return true;
  });
}

/** Forgets how a customer likes something. What is not there is gone already. */
export async function removePreference(
  context: RequestContext,
  change: Change,
  given: string,
  once: Idempotency,
): Promise<Customer> {
  const label = parseInput(preferenceLabel, given, 'label');
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    const { affected } = await manager.delete(Preference, { customerId, label });
    return affected !== 0;
  });
}
