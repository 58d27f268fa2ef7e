import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import { catalogueBegin } from './catalogue.js';
import type { Target } from './generate.js';
import { employeeId } from './staff.js';
import type { World } from './World.js';

/**
 * The present of a seed that was killed before it was whole: it is completed in its own present, else its stories would not
 * fit together.
 * @returns null when there is no such seed
 */
export async function unfinishedPresent(world: World, targets: readonly Target[]): Promise<Date | null> {
  const managerOf = (name: string) => targets.find(({ subgraph }) => subgraph.name === name)?.dataSource.manager;
  // The catalogue comes first, the employees come last.
  const first = await managerOf('sales')?.findOneBy(Product, { id: world.id('product', 0) });
  if (!first || (await managerOf('identity')?.existsBy(Employee, { id: employeeId(world, 0) }))) return null;
  const age = world.now.getTime() - catalogueBegin(world).getTime();
  return new Date(first.createdAt.getTime() + age);
}
