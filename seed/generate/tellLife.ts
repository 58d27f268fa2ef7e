import { ACCOUNT_MANAGERS, SERVICE_AGENTS } from './catalogue.js';
import { COUNTRIES } from './countries.js';
import { addDealings } from './dealings.js';
import { addIdentity } from './identityRows.js';
import type { Life } from './Life.js';
import { addMarketing } from './marketingRows.js';
import { addPurchases } from './purchases.js';
import type { RowCollector } from './RowCollector.js';
import type { World } from './World.js';

const BY_WEIGHT = COUNTRIES.flatMap((country) => Array.from({ length: country.weight }, () => country));

/**
 * Tells the story of one customer: adds all rows, of every subgraph, that come from it.
 * @param index 0 for the first; the same index is the same customer under the same seed
 */
export function tellLife(world: World, index: number, rows: RowCollector): void {
  const country = BY_WEIGHT[(index * 7) % BY_WEIGHT.length] ?? BY_WEIGHT[0];
  if (country === undefined) throw new Error('there are no countries');
  const { faker } = country;
  world.restart(faker, index);
  const isOrganization = index % 8 === 7;
  const life: Life = {
    world,
    rows,
    faker,
    country,
    index,
    id: world.id('customer', index),
    isOrganization,
    displayName: isOrganization ? faker.company.name() : `${faker.person.firstName()} ${faker.person.lastName()}`,
    since: world.daysAgo(faker.number.float({ min: 3, max: 1_450 })),
    accountManager: world.id('employee', faker.helpers.arrayElement(ACCOUNT_MANAGERS)),
    serviceAgent: world.id('employee', faker.helpers.arrayElement(SERVICE_AGENTS)),
  };
  const purchases = addPurchases(life);
  addIdentity(life, purchases.orders > 0);
  addDealings(life, purchases);
  addMarketing(life, purchases);
}
