import { v5 as uuidFrom } from 'uuid';
import { In } from 'typeorm';
import { Customer } from '../../subgraphs/identity/entities/Customer.js';
import type { Target } from './generate.js';
import type { World } from './World.js';

/** How many customers a subgraph is given at once. */
const BATCH = 500;

/**
 * Lets the subgraphs that bring a seed of their own make up rows for the made-up customers that are there; those of any other origin are left
 * alone. A subgraph whose tables have rows already is passed over, so that a new one is filled at the next start and never twice.
 *
 * @param customers how many made-up customers there are at most
 * @param targets identity first
 * @returns how many rows were written
 */
export async function ownSeeds(world: World, customers: number, targets: readonly Target[]): Promise<number> {
  const [identity, ...others] = targets;
  let rows = 0;
  for (const { subgraph, dataSource } of others) {
    const { seed, entities } = subgraph;
    if (!identity || !seed || (await hasRows(dataSource, entities))) continue;
    await dataSource.transaction(async (manager) => {
      for (let begin = 0; begin < customers; begin += BATCH) {
        const ids = Array.from({ length: Math.min(BATCH, customers - begin) }, (_, at) =>
          world.id('customer', begin + at),
        );
        const there = await identity.dataSource.manager.find(Customer, {
          select: { id: true },
          where: { id: In(ids) },
        });
        if (there.length === 0) break;
        rows += await seed(manager, {
          customerIds: there.map((customer) => customer.id),
          now: world.present,
          id: idOf,
        });
      }
    });
  }
  return rows;
}

function idOf(what: string, customerId: string, number: number): string {
  return uuidFrom(`${what}:${number}`, customerId);
}

async function hasRows({ manager }: Target['dataSource'], entities: Target['subgraph']['entities']): Promise<boolean> {
  for (const entity of entities) if (await manager.existsBy(entity, {})) return true;
  return false;
}
