import { Address } from '../../subgraphs/identity/entities/Address.js';
import { CustomerRecord } from '../../subgraphs/identity/entities/CustomerRecord.js';
import { CustomerIdentifier } from '../../subgraphs/identity/entities/CustomerIdentifier.js';
import { ExternalId } from '../../subgraphs/identity/entities/ExternalId.js';
import { Household } from '../../subgraphs/identity/entities/Household.js';
import { Preference } from '../../subgraphs/identity/entities/Preference.js';
import { happens, oneOf, type Life } from './Life.js';
import type { Purchases } from './purchases.js';
import { householdHead } from './who.js';

const CHANNELS = ['EMAIL', 'PHONE', 'CHAT', 'APP', null] as const;

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

/** Domains that belong to nobody (RFC 2606). */
function emailOf(life: Life): string {
  const name = mailName(life.displayName);
  if (life.isOrganization) return `${name}.${life.index}@example.com`;
  return `${name}.${life.index}@${oneOf(life, ['example.org', 'example.net'])}`;
}

function addHousehold(life: Life): string | null {
  const { world, rows, index } = life;
  const head = householdHead(index);
  if (head === null) return null;
  const id = world.id('household', head);
  if (head === index) {
    const name = `Household ${life.family}`;
    rows.add(Household, { id, name, createdAt: life.since, updatedAt: life.since, version: 1 });
  }
  return id;
}

/** Who the customer is. */
export function addIdentity(life: Life, purchases: Purchases): void {
  const { rows, country, id, index, displayName, since } = life;
  rows.add(CustomerRecord, {
    id,
    kind: life.isOrganization ? 'ORGANIZATION' : 'PERSON',
    displayName,
    roles: [purchases.placedAt.length > 0 ? 'CUSTOMER' : 'PROSPECT'],
    locale: country.locale,
    timeZone: country.timeZone,
    preferredChannel: oneOf(life, CHANNELS),
    householdId: addHousehold(life),
    createdAt: since,
    updatedAt: since,
  });
  rows.add(CustomerIdentifier, { customerId: id, type: 'EMAIL', value: emailOf(life), position: 0, since });
  const phone = country.phone(index);
  if (phone !== null) rows.add(CustomerIdentifier, { customerId: id, type: 'PHONE', value: phone, position: 0, since });
  rows.add(ExternalId, { source: 'webshop', id: `W-${100_000 + index}`, customerId: id });
  rows.add(Address, {
    customerId: id,
    label: life.isOrganization ? 'headquarters' : 'home',
    lines: [life.street],
    city: life.city,
    postalCode: life.postalCode,
    country: country.code,
  });
  if (life.isOrganization || index % 4 === 0) {
    rows.add(ExternalId, { source: 'crm', id: `CRM-${10_000 + index}`, customerId: id });
  }
  if (happens(life, 0.3)) addPreference(life);
}

/** As whoever took the call wrote it down. */
const PREFERENCES = [
  ['delivery', 'Ring twice, the bell is weak.'],
  ['delivery', 'Leave it with the baker downstairs before eleven.'],
  ['contact', 'Never before ten in the morning.'],
  ['contact', 'Prefers a letter to an email when it is about money.'],
  ['coffee', 'Dark roast only, ground for a moka pot.'],
  ['coffee', 'No decaf by mistake again: it was noticed.'],
  ['bicycle', 'Rides with the saddle very high; check the post.'],
  ['invoice', 'By post, please: two copies.'],
  ['invoice', 'Needs the cost centre on it.'],
] as const;

function addPreference(life: Life): void {
  const [label, note] = oneOf(life, PREFERENCES);
  life.rows.add(Preference, { customerId: life.id, label, note, updatedAt: life.since });
}
