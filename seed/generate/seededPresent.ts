import { Product } from '../../subgraphs/sales/entities/Product.js';
import { catalogueBegin } from './catalogue.js';
import type { Target } from './generate.js';
import { daysAfter, daysBetween, type World } from './World.js';

/**
 * The present of this seed's customers that are there already. A seed that was killed is completed in it, and those who are added later
 * join them in it: customers are related, and what happened between them would not fit together otherwise.
 * @param world of the same seed; its own present does not matter
 * @returns null when there is no such seed
 */
export async function seededPresent(world: World, targets: readonly Target[]): Promise<Date | null> {
  const sales = targets.find(({ subgraph }) => subgraph.name === 'sales')?.dataSource.manager;
  // The catalogue comes first.
  const first = await sales?.findOneBy(Product, { id: world.id('product', 0) });
  return first ? daysAfter(first.createdAt, daysBetween(catalogueBegin(world), world.now)) : null;
}
