import { GraphQLCountryCode } from 'graphql-scalars';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { insertForNamed } from '../kit/ownership/insertForNamed.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { changeCustomer } from './changeCustomer.js';
import { Address, type AddressInput } from './entities/Address.js';
import type { Customer } from './entities/Customer.js';
import type { Change } from './lockRow.js';

/** How many addresses a customer can have. */
const MAX_ADDRESSES = 10;

function isCountry(code: string): boolean {
  try {
    GraphQLCountryCode.parseValue(code);
    return true;
  } catch {
    return false;
  }
}

const addressLabel = text(50);

const addressInput = z.object({
  label: addressLabel,
  lines: z.array(text(200)).min(1, 'must not be empty').max(6, 'must have at most 6 entries'),
  city: text(100).nullish(),
  postalCode: text(20).nullish(),
  country: z.string().trim().toUpperCase().refine(isCountry, 'is not an ISO 3166-1 alpha-2 code such as AT'),
});

/** Writes down an address of a customer, in place of the one that had the label before. */
export async function setAddress(
  context: RequestContext,
  change: Change,
  input: AddressInput,
  once: Idempotency,
): Promise<Customer> {
  const { city = null, postalCode = null, ...rest } = parseInput(addressInput, input, 'input');
  const given = { ...rest, city, postalCode };
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    const own = await context.database.find(Address, sql`t.customer_id = ${customerId}`, manager);
    const present = own.find((address) => address.label === given.label);
    if (present && JSON.stringify(partsOf(present)) === JSON.stringify(partsOf(given))) {
      await insertForNamed(manager, Address, { ...given, customerId });
      return false;
    }
    if (!present && own.length >= MAX_ADDRESSES) {
      throw badUserInput(`the customer has ${MAX_ADDRESSES} addresses already; remove one first`, 'input.label');
    }
    await manager.update(Address, { customerId, label: given.label }, given);
    await insertForNamed(manager, Address, { ...given, customerId });
    return true;
  });
}

function partsOf({ lines, city, postalCode, country }: Omit<Address, 'customerId' | 'label'>): unknown[] {
  return [lines, city, postalCode, country];
}

/** Forgets an address of a customer. What is not there is gone already. */
export async function removeAddress(
  context: RequestContext,
  change: Change,
  given: string,
  once: Idempotency,
): Promise<Customer> {
  const label = parseInput(addressLabel, given, 'label');
  return changeCustomer(context, change, once, async (manager, { id: customerId }) => {
    const { affected } = await manager.delete(Address, { customerId, label });
    return affected !== 0;
  });
}
