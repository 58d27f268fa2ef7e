import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { applyAliases } from '../../subgraphs/kit/ownership/applyAliases.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases, type WhoIsWhom } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { createTestDatabase } from '../support/postgres.js';

/** How many ways things are tried; more by hand: `RUNS=2000 npm test -- test/subgraphs/whoIsWhom.test.ts`. */
const RUNS = Number(process.env['RUNS'] ?? 100);

/** Who is merged into whom, as it should be. */
class Model {
  readonly parents = new Map<string, string | null>();
  #position = 0;

  rootOf(id: string): string {
    const parent = this.parents.get(id) ?? null;
    return parent === null ? id : this.rootOf(parent);
  }

  /** @returns what identity would say of it; undefined where it changes nothing */
  change(from: string, into: string | null): WhoIsWhom | undefined {
    const target = into === null ? null : this.rootOf(into);
    const isMerged = (this.parents.get(from) ?? null) !== null;
    if (target === null ? !isMerged : isMerged || target === from) return undefined;
    const root = this.rootOf(from);
    const concerned = [...this.parents.keys(), from, root, ...(target === null ? [] : [target])].filter((id) =>
      [root, target].includes(this.rootOf(id)),
    );
    this.parents.set(from, target);
    const customers = [...new Set(concerned)].map((customerId) => ({
      customerId,
      parentId: this.parents.get(customerId) ?? null,
    }));
    return { position: (this.#position += 1), customers };
  }
}

/** Writes an order of somebody, and perhaps an account, in a transaction that takes as long as a tick. */
async function write(client: Client, customerId: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO customer_order (id, number, customer_id, status, placed_at, currency, total)
     VALUES ($1, $2, $3, 'PLACED', now(), 'EUR', 1)`,
    [uuid(), uuid(), customerId],
  );
  await client.query('INSERT INTO account (customer_id, owner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    customerId,
    uuid(),
  ]);
  await client.query('COMMIT');
}

describe('the rows of one department', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let dataSource: DataSource;
  let clients: Client[];
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrateSubgraph(sales, database.url);
    dataSource = await createDataSource(sales, { url: database.url, poolSize: 6 }).initialize();
    clients = await Promise.all(
      [1, 2, 3].map(async () => {
        const client = new Client({ connectionString: database.url, options: '-c search_path=sales' });
        await client.connect();
        return client;
      }),
    );
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await dataSource.destroy();
    await database.drop();
  });

  const person = fc.integer({ min: 0, max: 3 });
  const change = fc.record({ from: person, into: fc.option(person, { freq: 3 }) });

  it('are each on one page, the one that the aliases tell, in whatever order all of it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (changes, chance) => {
          const draw = (below: number): number => Number(chance.next().value) % below;
          const people = [uuid(), uuid(), uuid(), uuid()];
          const of = (index: number): string => people[index] ?? '';
          const model = new Model();
          const said = changes.flatMap(
            ({ from, into }) => model.change(of(from), into === null ? null : of(into)) ?? [],
          );
          // Each perhaps twice, in any order.
          const deliveries = [...said, ...said.filter(() => draw(3) === 0)]
            .map((state) => ({ state, place: draw(1000) }))
            .sort((a, b) => a.place - b.place);
          const writers = clients.map(async (client) => {
            for (let count = 0; count < 4; count += 1) await write(client, of(draw(4)));
          });
          for (const { state } of deliveries) {
            await dataSource.transaction((manager) => takeInAliases(manager, state));
            // A process that dies here goes on later.
            if (draw(2) === 0) await applyAliases(dataSource, tablesOf(dataSource));
          }
          await Promise.all(writers);
          await applyAliases(dataSource, tablesOf(dataSource));
          for (const table of ['customer_order', 'account']) {
            const rows = await dataSource.query<{ named: string; current: string }[]>(
              `SELECT recorded_for AS named, customer_id AS current FROM ${table} WHERE recorded_for = ANY($1)`,
              [people],
            );
            expect(rows.filter(({ named, current }) => current !== model.rootOf(named))).toEqual([]);
          }
          const [row] = await dataSource.query<{ n: number }[]>(
            'SELECT count(*)::int AS n FROM customer_order WHERE recorded_for = ANY($1)',
            [people],
          );
          expect(row?.n).toBe(12);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
