import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { In, type DataSource } from 'typeorm';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { Customer } from '../../subgraphs/identity/entities/Customer.js';
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

/** How many batches are on their way to the database while the next is told. */
const IN_FLIGHT = 2;

/** After how many customers Postgres is fed with what was told before. */
const SLICE = 25;

async function writeOnce({ subgraph, dataSource }: Target, rows: RowCollector, conflict: 'refuse' | 'skip') {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await runner.startTransaction();
    let written = 0;
    for (const [entity, ofEntity] of rows.of(subgraph)) {
      written += await copyRows(client, dataSource, entity, ofEntity, conflict);
    }
    await runner.commitTransaction();
    return written;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

/** SQLSTATE unique_violation. */
const KEY_IS_THERE = '23505';

/** Writes a subgraph's part of the rows in one transaction; what is there already stays as it is. */
async function write(target: Target, rows: RowCollector): Promise<number> {
  try {
    return await writeOnce(target, rows, 'refuse');
  } catch (error) {
    if ((error as { code?: unknown }).code !== KEY_IS_THERE) throw error;
    return writeOnce(target, rows, 'skip');
  }
}

/** Customers `begin` to `end` - 1. */
interface Batch {
  readonly begin: number;
  readonly end: number;
}

/** The batches that are not whole yet. A batch is whole once its last customer is in identity: that is written last. */
async function batchesToWrite(world: World, customers: number, identity: DataSource): Promise<Batch[]> {
  const batches = Array.from({ length: Math.ceil(customers / BATCH) }, (_, number) => ({
    begin: number * BATCH,
    end: Math.min((number + 1) * BATCH, customers),
  }));
  const lastOf = ({ end }: Batch) => world.id('customer', end - 1);
  const there = await identity.manager.find(Customer, { select: { id: true }, where: { id: In(batches.map(lastOf)) } });
  const whole = new Set(there.map(({ id }) => id));
  return batches.filter((batch) => !whole.has(lastOf(batch)));
}

/** Tells the stories of a batch, and lets what was told before go its way meanwhile. */
async function tell(world: World, { begin, end }: Batch): Promise<RowCollector> {
  const rows = new RowCollector(world);
  for (let index = begin; index < end; index += 1) {
    tellLife(world, index, rows);
    if (index % SLICE === 0) await nextTurn();
  }
  return rows;
}

/**
 * Writes batches to all subgraphs, in their order: a subgraph takes in the next while another still has the last. Identity has a batch
 * only after all others have it.
 */
class Pipeline {
  readonly #identity: Target;
  readonly #others: readonly Target[];
  /** What each of the others is at. */
  #writing: readonly Promise<number>[];
  /** The batches on their way, oldest first. */
  readonly #inFlight: Promise<number>[] = [];

  constructor(identity: Target, others: readonly Target[]) {
    this.#identity = identity;
    this.#others = others;
    this.#writing = others.map(() => Promise.resolve(0));
  }

  /**
   * Takes a batch as soon as there is room.
   * @returns how many rows of an older batch have been written meanwhile
   * @throws when an older batch could not be written
   */
  async take(rows: RowCollector): Promise<number> {
    const written = this.#inFlight.length < IN_FLIGHT ? 0 : await this.#inFlight.shift();
    const before = this.#inFlight.at(-1);
    const earlier = this.#writing;
    this.#writing = this.#others.map(async (target, index) => {
      await earlier[index];
      return write(target, rows);
    });
    const batch = this.#finish(rows, Promise.all(this.#writing), before);
    // Whoever awaits it hears of its failure; until then that is nobody's.
    batch.catch(() => undefined);
    this.#inFlight.push(batch);
    return written ?? 0;
  }

  /** Waits for all batches on their way; returns how many rows they had. */
  async end(): Promise<number> {
    const counts = await Promise.all(this.#inFlight);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #finish(rows: RowCollector, others: Promise<readonly number[]>, before?: Promise<number>): Promise<number> {
    const [counts] = await Promise.all([others, before]);
    return counts.reduce((sum, count) => sum + count, await write(this.#identity, rows));
  }
}

/**
 * Writes the catalogue and the stories of `customers` customers to all subgraphs. What is there already stays as it is: a
 * seed that was killed goes on where it was. Employees are written last: where they are, a seed is whole.
 * @param targets identity first
 * @param onProgress called after each batch with the number of customers that are there, and how many of them were before
 * @returns how many rows were written
 */
export async function generate(
  world: World,
  customers: number,
  targets: readonly Target[],
  onProgress: (done: number, before: number) => void,
): Promise<number> {
  const [identity, ...others] = targets;
  if (identity === undefined) throw new Error('no subgraphs to seed');
  const catalogue = new RowCollector(world);
  addCatalogue(world, catalogue);
  let written = 0;
  for (const target of others) written += await write(target, catalogue);
  const batches = await batchesToWrite(world, customers, identity.dataSource);
  const before = customers - batches.reduce((sum, { begin, end }) => sum + end - begin, 0);
  let done = before;
  const pipeline = new Pipeline(identity, others);
  for (const batch of batches) {
    written += await pipeline.take(await tell(world, batch));
    done += batch.end - batch.begin;
    onProgress(done, before);
  }
  written += await pipeline.end();
  return written + (await write(identity, catalogue));
}
