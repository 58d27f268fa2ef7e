import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import type { SubgraphDefinition } from '../../subgraphs/kit/defineSubgraph.js';
import { copyRows } from '../copyRows.js';
import { addCatalogue } from './catalogue.js';
import { RowCollector } from './RowCollector.js';
import { tellLife } from './tellLife.js';
import type { World } from './World.js';

/** A subgraph with its connected data source. */
export interface Target {
  readonly subgraph: SubgraphDefinition;
  readonly dataSource: DataSource;
}

/** How many customers are told and written at once: memory stays flat, whatever the size of the seed. */
const BATCH = 500;

async function write({ subgraph, dataSource }: Target, rows: RowCollector): Promise<number> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await runner.startTransaction();
    let written = 0;
    for (const [entity, ofEntity] of rows.of(subgraph)) written += await copyRows(client, dataSource, entity, ofEntity);
    await runner.commitTransaction();
    return written;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

async function writeAll(targets: readonly Target[], rows: RowCollector): Promise<number> {
  const counts = await Promise.all(targets.map((target) => write(target, rows)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Writes the catalogue and the stories of `customers` customers to all subgraphs. What is there already stays as it is,
 * so a seed that was killed is completed by running it again. Employees are written last: where they are, a seed is whole.
 * @param targets identity first
 * @param onProgress called after each batch with the number of customers written so far
 * @returns how many rows were written
 */
export async function generate(
  world: World,
  customers: number,
  targets: readonly Target[],
  onProgress: (done: number) => void,
): Promise<number> {
  const [identity, ...others] = targets;
  if (identity === undefined) throw new Error('no subgraphs to seed');
  const catalogue = new RowCollector();
  addCatalogue(world, catalogue);
  let written = 0;
  for (const target of others) written += await write(target, catalogue);
  // While Postgres takes in one batch, the next is told.
  let writing = Promise.resolve(0);
  for (let begin = 0; begin < customers; begin += BATCH) {
    const rows = new RowCollector();
    for (let index = begin; index < Math.min(begin + BATCH, customers); index += 1) tellLife(world, index, rows);
    written += await writing;
    if (begin > 0) onProgress(begin);
    writing = writeAll(targets, rows);
  }
  written += await writing;
  onProgress(customers);
  return written + (await write(identity, catalogue));
}
