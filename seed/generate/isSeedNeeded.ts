import type { DataSource } from 'typeorm';
import { Customer } from '../../subgraphs/identity/entities/Customer.js';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import type { World } from './World.js';

/**
 * Whether a database that must not be seeded twice needs a seed: it has no customers, or a seed of ours was killed before
 * it was whole. Data of any other origin is left alone.
 * @param identity identity's data source
 */
export async function isSeedNeeded(world: World, identity: DataSource): Promise<boolean> {
  const { manager } = identity;
  if (await manager.existsBy(Employee, {})) return false;
  if (!(await manager.existsBy(Customer, {}))) return true;
  return manager.existsBy(Customer, { id: world.id('customer', 0) });
}
