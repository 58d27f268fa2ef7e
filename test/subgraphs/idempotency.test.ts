import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { subgraphs } from '../../subgraphs/all.js';
import { AnswersByReference } from '../../subgraphs/kit/ownership/AnswersByReference.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { Database } from '../../subgraphs/kit/sql/Database.js';
import { Lead } from '../../subgraphs/sales/entities/Lead.js';
import { Product } from '../../subgraphs/sales/entities/Product.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { settled } from '../support/settled.js';
import type { Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';

let graph: TestSubgraphs;
let employee: string;

const write = async (subgraph: string, call: string, selection = '{ id }'): Promise<Untyped> =>
  Object.values(await graph.ask(subgraph, `mutation { ${call} ${selection} }`))[0];

async function newCustomer(name = 'Anna'): Promise<string> {
  const call = `identifyCustomer(input: { displayName: "${name}", emails: ["${uuid()}@example.com"] })`;
  return (await write('identity', call, '{ customer { id } }')).customer.id;
}

const merge = async (from: string, into: string, key = ''): Promise<Untyped> =>
  (await write('identity', `mergeCustomers(customerId: "${from}", intoId: "${into}"${key})`, '{ customer { id } }'))
    .customer;

beforeAll(async () => {
  graph = await startTestSubgraphs();
  employee = (await write('identity', 'createEmployee(input: { name: "Eva Lang" })')).id;
});
afterAll(() => graph.stop());

const allSettled = () =>
  settled(
    (statement) => graph.sql(statement),
    subgraphs.map(({ name }) => name),
  );

const spend = (customerId: string, amount: number, more = '') =>
  `setCategorySpend(input: { customerId: "${customerId}", year: 2026, amount: { amount: "${amount}", currency: "EUR" } }${more})`;

describe('the answer of a repeated key', () => {
  it('is that of whom the customer was merged into since', async () => {
    const [a, b, c] = [await newCustomer(), await newCustomer(), await newCustomer()];
    const key = (name: string) => `, idempotencyKey: "${name} ${a}"`;
    const calls: [string, string, string][] = [
      ['identity', `updateCustomer(id: "${a}", input: { displayName: "A" }${key('update')})`, '{ id displayName }'],
      [
        'sales',
        `assignAccount(customerId: "${a}", ownerId: "${employee}"${key('assign')})`,
        '{ owner { id } version }',
      ],
      [
        'marketing',
        `recordTrait(input: { customerId: "${a}", name: "age", kind: DEMOGRAPHIC, value: "40", source: "form" }${key('trait')})`,
        '{ id value customer { id } }',
      ],
    ];
    const first: Untyped[] = [];
    for (const [subgraph, call, selection] of calls) first.push(await write(subgraph, call, selection));
    // What the survivor has under the same key stands for both from now on.
    await write('sales', `assignAccount(customerId: "${b}", ownerId: "${employee}")`, '{ version }');
    await write('sales', `assignAccount(customerId: "${b}", ownerId: "${employee}")`, '{ version }');
    await write(
      'marketing',
      `recordTrait(input: { customerId: "${b}", name: "age", kind: DEMOGRAPHIC, value: "50", source: "form" })`,
    );
    const merged = await merge(a, b, key('merge'));
    await merge(b, c);
    await allSettled();
    const again: Untyped[] = [];
    for (const [subgraph, call, selection] of calls) again.push(await write(subgraph, call, selection));
    expect(again).toEqual([
      { id: c, displayName: 'Anna' },
      { owner: { id: employee }, version: 2 },
      { ...first[2], customer: { id: c } },
    ]);
    expect(merged).toEqual({ id: b });
    expect(await merge(a, b, key('merge'))).toEqual({ id: c });
  });

  it('is that of whom the caller named, when the merge is taken back since', async () => {
    const [a, b] = [await newCustomer('Anna'), await newCustomer('Berta')];
    const key = (name: string) => `, idempotencyKey: "${name} ${a}"`;
    const selection = '{ amount { amount } }';
    const calls: [string, string, string][] = [
      [
        'identity',
        `updateCustomer(id: "${a}", input: { displayName: "Anna B" }${key('update')})`,
        '{ id displayName }',
      ],
      ['sales', `assignAccount(customerId: "${a}", ownerId: "${employee}"${key('assign')})`, '{ customer { id } }'],
      ['sales', spend(a, 1, key('spend')), selection],
    ];
    await merge(a, b);
    await allSettled();
    for (const [subgraph, call, selected] of calls) await write(subgraph, call, selected);
    await write('identity', `unmergeCustomer(customerId: "${a}")`);
    await allSettled();
    // What the other has under the same key is another row.
    await write('sales', spend(b, 2), selection);
    await write('sales', `assignAccount(customerId: "${b}", ownerId: "${employee}")`, '{ version }');
    const again: Untyped[] = [];
    for (const [subgraph, call, selected] of calls) again.push(await write(subgraph, call, selected));
    expect(again).toEqual([{ id: a, displayName: 'Anna B' }, { customer: { id: a } }, { amount: { amount: '1.00' } }]);
  });

  it('is of a row of their own, when the merge is taken back since, also where only the other had one', async () => {
    const [a, b] = [await newCustomer(), await newCustomer()];
    const assign = (customerId: string, key = '') =>
      write('sales', `assignAccount(customerId: "${customerId}", ownerId: "${employee}"${key})`, '{ customer { id } }');
    await assign(b);
    await merge(a, b);
    await allSettled();
    expect(await assign(a, `, idempotencyKey: "stays ${a}"`)).toEqual({ customer: { id: b } });
    await write('identity', `unmergeCustomer(customerId: "${a}")`);
    await allSettled();
    expect(await assign(a, `, idempotencyKey: "stays ${a}"`)).toEqual({ customer: { id: a } });
    expect(await graph.sql('SELECT FROM sales.account WHERE recorded_for = $1', [a])).toHaveLength(1);
  });

  it('is read in one statement for all rows of a kind', async () => {
    const statements: string[] = [];
    const dataSource = await createDataSource(sales, {
      url: graph.databaseUrl,
      onStatement: (text) => statements.push(text),
    }).initialize();
    try {
      const { manager } = dataSource;
      const leads: Lead[] = [];
      for (let number = 0; number < 3; number += 1) {
        const { id } = await write('sales', `captureLead(input: { name: "Lead ${number}", source: WEB })`);
        leads.push(await manager.findOneByOrFail(Lead, { id }));
      }
      const product = await manager.save(
        manager.create(Product, { id: uuid(), name: 'Tea', unitPriceAmount: '4', currency: 'EUR', active: true }),
      );
      const answers = new AnswersByReference(new Database(dataSource), manager);
      const answer = { leads, first: leads[0], product, isNew: true, count: 3, id: leads[0]?.id, none: null };
      const kept = JSON.parse(JSON.stringify(await answers.refer(answer)));
      expect(JSON.stringify(kept)).not.toContain('Lead 1');
      statements.length = 0;
      const read = (await answers.readAgain(kept, false)) as typeof answer;
      expect(statements).toHaveLength(2);
      expect(read).toMatchObject({ isNew: true, count: 3, id: leads[0]?.id, none: null, product: { name: 'Tea' } });
      expect(read.leads.map(({ name }) => name)).toEqual(['Lead 0', 'Lead 1', 'Lead 2']);
      expect(read.first).toBeInstanceOf(Lead);
      await expect(answers.refer({ ...answer, name: 'Lead 1' })).rejects.toThrow('is made of entities');
    } finally {
      await dataSource.destroy();
    }
  });
});

/** Answers as the version before kept them: whole. */
const PACKED = (lead: string, customer: string) => ({
  row: { $entity: 'Lead', id: lead, name: 'Anna Beispiel', capturedAt: { $date: '2026-03-01T00:00:00.000Z' } },
  spend: { $entity: 'CategorySpend', customerId: customer, year: 2026, currency: 'EUR', source: 'Anna Beispiel' },
  several: { lead: { $entity: 'Lead', id: lead, name: 'Anna Beispiel' }, created: true, ids: [lead], none: null },
  erased: { $erased: true },
  text: { message: 'Anna Beispiel' },
  gone: { $entity: 'NoEntity', id: lead },
});

describe('the migration', () => {
  it('turns what answers told into references, and lets go of what cannot be told so', async () => {
    const customer = await newCustomer();
    const input = '{ name: "Anna Beispiel", source: WEB }';
    const call = `captureLead(input: ${input}, idempotencyKey: "row ${customer}")`;
    const { id: lead } = await write('sales', call);
    const packed = Object.entries(PACKED(lead, customer));
    for (const [name, answer] of packed) {
      await graph.sql(
        `INSERT INTO sales.idempotency_key (key, caller, mutation, hash, answer)
         SELECT $1, caller, mutation, hash, $2 FROM sales.idempotency_key WHERE key = $3
         ON CONFLICT (key, caller) DO UPDATE SET answer = EXCLUDED.answer`,
        [`${name} ${customer}`, JSON.stringify(answer), `row ${customer}`],
      );
    }
    await graph.sql(`DELETE FROM sales.migration WHERE name = 'AnswersByReference1764400000000'`);
    expect(await migrateSubgraph(sales, graph.databaseUrl)).toEqual(['AnswersByReference1764400000000']);
    const rows = await graph.sql('SELECT key, answer FROM sales.idempotency_key WHERE key LIKE $1', [`% ${customer}`]);
    const kept = Object.fromEntries(rows.map(({ key, answer }) => [key.split(' ')[0], answer]));
    expect(kept).toEqual({
      row: { $entity: 'Lead', id: lead },
      spend: { $entity: 'CategorySpend', customerId: customer, year: 2026, currency: 'EUR' },
      several: { lead: { $entity: 'Lead', id: lead }, created: true, ids: [lead], none: null },
      erased: null,
      text: null,
      gone: null,
    });
    expect(await write('sales', call)).toEqual({ id: lead });
    await expect(write('sales', call.replace('"row ', '"text '))).rejects.toThrow('Nothing was written');
    const leads = await graph.sql(`SELECT FROM sales.lead WHERE name = 'Anna Beispiel'`);
    expect(leads).toHaveLength(1);
  });
});
