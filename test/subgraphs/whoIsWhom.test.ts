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
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { settled } from '../support/settled.js';

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

describe('customers of whom several people make one at the same time', () => {
  let graph: TestSubgraphs;
  let people: string[];
  beforeAll(async () => {
    graph = await startTestSubgraphs();
    people = [];
    for (let number = 0; number < 4; number += 1) {
      const { identifyCustomer } = await graph.ask(
        'identity',
        `mutation { identifyCustomer(input: { displayName: "P ${number}", emails: ["p${number}@example.com"] }) { customer { id } } }`,
      );
      people.push(identifyCustomer.customer.id);
    }
  });
  afterAll(() => graph.stop());

  const at = (index: number): string => people[index] ?? '';

  async function send(subgraph: string, call: string): Promise<Untyped> {
    return askSubgraph(subgraph, graph.urls[subgraph] ?? '', `mutation { ${call} }`);
  }

  const allSettled = (): Promise<void> => settled((statement) => graph.sql(statement), Object.keys(graph.urls));

  /** Into whom each is merged, as a subgraph has it. */
  async function parentsIn(schema: string): Promise<Map<string, string | null>> {
    const rows = await graph.sql(`SELECT customer_id AS id, parent_id AS parent FROM ${schema}.customer_alias`);
    return new Map(rows.map(({ id, parent }) => [id, parent]));
  }

  const person = fc.integer({ min: 0, max: 3 });
  const command = fc.oneof(
    fc.record({ kind: fc.constant('merge' as const), from: person, into: person }),
    fc.record({ kind: fc.constant('unmerge' as const), from: person, into: person }),
    fc.record({
      kind: fc.constantFrom('case' as const, 'order' as const, 'name' as const),
      from: person,
      into: person,
    }),
  );

  it('end as one graph, the same everywhere, with every row on the page that it tells', async () => {
    let serial = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(command, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
        async (rounds) => {
          /** What was answered as done: the word in it, and whom it was about. */
          const done: { word: string; id: string }[] = [];
          for (const round of rounds) {
            await Promise.all(
              round.map(async ({ kind, from, into }) => {
                serial += 1;
                const word = `w${serial}`;
                const id = at(from);
                if (kind === 'merge')
                  await send(
                    'identity',
                    `mergeCustomers(customerId: "${id}", intoId: "${at(into)}") { customer { id } }`,
                  );
                else if (kind === 'unmerge') await send('identity', `unmergeCustomer(customerId: "${id}") { id }`);
                else if (kind === 'case') {
                  const call = `openCase(input: { customerId: "${id}", subject: "${word}", kind: QUESTION, channel: EMAIL, body: "B" }) { id }`;
                  if (!(await send('service', call)).errors) done.push({ word, id });
                } else if (kind === 'order') {
                  const call = `openOpportunity(input: { customerId: "${id}", name: "${word}" }) { id }`;
                  if (!(await send('sales', call)).errors) done.push({ word, id });
                } else {
                  const call = `setPreference(customerId: "${id}", input: { label: "${word}", note: "x" }) { id }`;
                  if (!(await send('identity', call)).errors) done.push({ word, id });
                }
              }),
            );
          }
          await allSettled();
          const parents = await parentsIn('identity');
          const rootOf = (id: string): string => {
            const parent = parents.get(id) ?? null;
            return parent === null ? id : rootOf(parent);
          };
          const rows = await graph.sql('SELECT id, merged_into AS parent FROM identity.customer WHERE id = ANY($1)', [
            people,
          ]);
          for (const { id, parent } of rows) expect([id, parent]).toEqual([id, parents.get(id) ?? null]);
          for (const schema of Object.keys(graph.urls)) {
            const own = await parentsIn(schema);
            for (const id of people)
              expect([schema, id, own.get(id) ?? null]).toEqual([schema, id, parents.get(id) ?? null]);
          }
          const written = await graph.sql(
            `SELECT subject AS word, customer_id AS id FROM service.service_case UNION ALL
           SELECT name, customer_id FROM sales.opportunity UNION ALL SELECT label, customer_id FROM identity.preference`,
          );
          const pages = new Map<string, string[]>();
          for (const { word, id } of written) pages.set(word, [...(pages.get(word) ?? []), id]);
          for (const { word, id } of done) expect([word, pages.get(word)]).toEqual([word, [rootOf(id)]]);
          for (const id of people) await send('identity', `unmergeCustomer(customerId: "${id}") { id }`);
          await allSettled();
          const apart = await graph.sql(
            `SELECT subject AS word FROM service.service_case WHERE customer_id <> recorded_for UNION ALL
           SELECT name FROM sales.opportunity WHERE customer_id <> recorded_for UNION ALL
           SELECT label FROM identity.preference WHERE customer_id <> recorded_for`,
          );
          expect(apart).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });
});
