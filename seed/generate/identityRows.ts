import { Address } from '../../subgraphs/identity/entities/Address.js';
import { Customer } from '../../subgraphs/identity/entities/Customer.js';
import { CustomerIdentifier } from '../../subgraphs/identity/entities/CustomerIdentifier.js';
import { ExternalId } from '../../subgraphs/identity/entities/ExternalId.js';
import { Household } from '../../subgraphs/identity/entities/Household.js';
import { Preference } from '../../subgraphs/identity/entities/Preference.js';
import { happens, type Life } from './Life.js';

const CHANNELS = ['EMAIL', 'PHONE', 'CHAT', 'APP'] as const;

/** A name as it stands in an email address: ASCII letters and digits, dots between words. */
function mailName(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll('ß', 'ss')
    .replace(/[^\w\s.-]/g, '');
  return (
    ascii
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '.')
      .replace(/^\.|\.$/g, '') || 'customer'
  );
}

/** Every tenth customer shares a household with the next. */
function householdOf(life: Life): string | null {
  const first = life.index - (life.index % 10);
  if (life.isOrganization || life.index - first > 1) return null;
  return life.world.id('household', first);
}

/** Who the customer is. */
export function addIdentity(life: Life, hasOrdered: boolean): void {
  const { rows, faker, country, id, index, displayName, isOrganization, since } = life;
  const householdId = householdOf(life);
  if (householdId !== null && index % 10 === 0) {
    const name = `Household ${displayName.split(' ').at(-1)}`;
    rows.add(Household, { id: householdId, name, createdAt: since });
  }
  rows.add(Customer, {
    id,
    kind: isOrganization ? 'ORGANIZATION' : 'PERSON',
    displayName,
    roles: [hasOrdered ? 'CUSTOMER' : 'PROSPECT'],
    locale: country.locale,
    timeZone: country.timeZone,
    preferredChannel: faker.helpers.arrayElement([...CHANNELS, null]),
    householdId,
    createdAt: since,
    updatedAt: since,
    version: 1,
  });
  const domain = isOrganization ? 'example.com' : faker.helpers.arrayElement(['example.org', 'example.net']);
  const email = `${mailName(displayName)}.${index}@${domain}`;
  rows.add(CustomerIdentifier, { customerId: id, type: 'EMAIL', value: email, position: 0 });
  const phone = country.phone(index);
  if (phone !== null) rows.add(CustomerIdentifier, { customerId: id, type: 'PHONE', value: phone, position: 0 });
  rows.add(ExternalId, { source: 'webshop', id: `W-${100_000 + index}`, customerId: id });
  rows.add(Address, {
    customerId: id,
    label: isOrganization ? 'headquarters' : 'home',
    lines: [faker.location.streetAddress()],
    city: faker.location.city(),
    postalCode: faker.location.zipCode(),
    country: country.code,
  });
  if (isOrganization || index % 4 === 0) addLoyaltyId(life);
  if (happens(life, 0.3)) addPreference(life);
}

const PREFERENCES = [
  ['delivery', 'Ring twice, the bell is weak.'],
  ['contact', 'Never before ten in the morning.'],
  ['coffee', 'Dark roast only, ground for a moka pot.'],
  ['invoice', 'By post, please: two copies.'],
] as const;

function addPreference(life: Life): void {
  const [label, note] = life.faker.helpers.arrayElement(PREFERENCES);
  life.rows.add(Preference, { customerId: life.id, label, note, updatedAt: life.since });
}

function addLoyaltyId(life: Life): void {
  life.rows.add(ExternalId, { source: 'crm', id: `CRM-${10_000 + life.index}`, customerId: life.id });
}
