import { explanation, type ScoreMetric } from '../kit/graph/metrics.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { Customer } from './entities/Customer.js';
import { addressesOf, externalIdsOf, identifiersOf } from './loaders.js';

/** known parts / 8, where the parts are name, email, phone, external id, address, locale, time zone, preferred channel. */
export async function profileCompleteness(customer: Customer, context: RequestContext): Promise<ScoreMetric> {
  const [identifiers, externalIds, addresses] = await Promise.all([
    context.load(identifiersOf, customer.id),
    context.load(externalIdsOf, customer.id),
    context.load(addressesOf, customer.id),
  ]);
  const parts = {
    displayName: customer.displayName !== '',
    email: identifiers.emails.length > 0,
    phone: identifiers.phones.length > 0,
    externalId: externalIds.length > 0,
    address: addresses.length > 0,
    locale: customer.locale !== null,
    timeZone: customer.timeZone !== null,
    preferredChannel: customer.preferredChannel !== null,
  };
  const total = Object.keys(parts).length;
  const known = Object.values(parts).filter(Boolean).length;
  const inputs = Object.fromEntries(
    Object.entries(parts).map(([name, isKnown]) => [name, isKnown ? 'known' : 'missing']),
  );
  return { value: known / total, explain: explanation('known parts / parts', { ...inputs, parts: total }, total) };
}
