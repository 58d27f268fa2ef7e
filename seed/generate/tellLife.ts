import { addAcquaintances } from './acquaintances.js';
import { addDealings } from './dealings.js';
import { addIdentity } from './identityRows.js';
import type { Life } from './Life.js';
import { addMarketing } from './marketingRows.js';
import { phrasesByLanguage } from './phrases/phrasesByLanguage.js';
import { addPurchases } from './purchases.js';
import type { RowCollector } from './RowCollector.js';
import { ACCOUNT_MANAGERS, employeeId, SERVICE_AGENTS } from './staff.js';
import { countryOf, isOrganization, personOf, sinceOf } from './who.js';
import type { World } from './World.js';

/**
 * Tells the story of one customer: adds all rows, of every subgraph, that come from it.
 * @param index 0 for the first; the same index is the same customer under the same seed
 */
export function tellLife(world: World, index: number, rows: RowCollector): void {
  const country = countryOf(world, index);
  const { faker } = country;
  const person = personOf(world, index);
  const life: Life = {
    ...person,
    world,
    rows,
    faker,
    country,
    phrases: phrasesByLanguage[country.language],
    index,
    id: world.id('customer', index),
    isOrganization: isOrganization(index),
    since: sinceOf(world, index),
    interest: faker.helpers.arrayElement(['Coffee', 'Coffee', 'Office', 'Mobility'] as const),
    manager: faker.helpers.arrayElement(ACCOUNT_MANAGERS),
    serviceAgent: employeeId(world, faker.helpers.arrayElement(SERVICE_AGENTS)),
    trust: 7.6,
    touched: new Map(),
  };
  const purchases = addDealings(life, addPurchases(life));
  addIdentity(life, purchases);
  addAcquaintances(life, purchases);
  addMarketing(life, purchases);
}
