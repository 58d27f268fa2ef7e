import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { readRejects, runImport } from '../support/runImport.js';

let folder: string;
let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-join-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = (...args: string[]) =>
  runImport(['m.yaml', '--data', '.', ...args], { DATABASE_URL: database.url }, folder);
const rejects = () => readRejects(join(folder, 'm.rejects.csv'));
const rows = async (sql: string): Promise<object[]> => (await client.query<object>(sql)).rows;

const joining = (source: string, more = '') => `
source: ${source}
zone: UTC
files:
  orders:
    file: orders.csv
    key: no
    join:
      - { file: customers.csv, csv: { delimiter: ';' }, as: customer, on: { customer_no: No }, missing: ['?']${more} }
      - { file: countries.csv, as: land, on: { customer.Land: code }, required: false }
    targets:
      - entity: sales.Opportunity
        fields:
          name: { template: '{no} for {customer.Name}' }
          lostReason: land.name
          competitor: customer.Rival
          stage: { constant: PROPOSAL }
          probability: { constant: 0.4 }`;

const companies = (file: string) => `
source: group
files:
  companies:
    file: ${file}
    key: id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: ORGANIZATION }, displayName: name, roles: { constant: [CUSTOMER] } }
      - entity: identity.Membership
        onlyWith: parent
        fields:
          organizationId: { column: parent, reference: companies }
          personId: { reference: this }
          since: { constant: 2020-01-01 }`;
const parents = () =>
  rows(`SELECT c.display_name AS company, p.display_name AS parent FROM identity.membership m JOIN identity.customer c ON c.id = m.person_id
          JOIN identity.customer p ON p.id = m.organization_id ORDER BY c.display_name`);

describe('files that are joined', () => {
  const orders = 'no,customer_no\nO1,7\nO2,8\nO3,9\nO4,\nO5,7,\n';
  const customers = 'No;Name;Land;Rival\n7;Huber;AT;?\n8;Nordwind;XX;Wind\n;Nobody;;\n';
  const countries = 'code,name\nAT,Austria\nDE,Germany\n';

  it('are read beside each row, and a row without one is rejected, or goes in without', async () => {
    put('orders.csv', orders);
    put('customers.csv', customers);
    put('countries.csv', countries);
    put('m.yaml', joining('joined'));
    expect((await run()).counts['orders.csv']).toEqual([5, 3, 0, 0, 2]);
    const found = `SELECT name, lost_reason AS land, competitor FROM sales.opportunity WHERE source = 'joined' ORDER BY name`;
    expect(await rows(found)).toEqual([
      { name: 'O1 for Huber', land: 'Austria', competitor: null },
      { name: 'O2 for Nordwind', land: null, competitor: 'Wind' },
      { name: 'O5 for Huber', land: 'Austria', competitor: null },
    ]);
    expect(rejects()).toEqual([
      expect.stringMatching(/^orders\.csv,4,customer_no,9,customer_no is in no row of customers\.csv \(No\)/),
      expect.stringMatching(/^orders\.csv,5,customer_no,,"customer_no is missing, and customers\.csv is joined by it"/),
    ]);

    put(
      'm.yaml',
      joining('joined', ', required: false').replace(
        "'{no} for {customer.Name}'",
        "['{no} for {customer.Name}', '{no}']",
      ),
    );
    expect((await run()).counts['orders.csv']).toEqual([5, 2, 0, 3, 0]);
    // The row is changed by what is changed in the other file.
    put('customers.csv', customers.replace('Huber', 'Hubers'));
    expect((await run()).counts['orders.csv']).toEqual([5, 0, 2, 3, 0]);
  });

  it.each([
    [
      'a key twice',
      { 'customers.csv': `${customers}8;Nordwind again;;\n` },
      '',
      /customers\.csv has No 8 in line 3 and in line 5; a row cannot be joined to both/,
    ],
    [
      'a column too few',
      { 'customers.csv': `${customers}9;Short\n` },
      '',
      /customers\.csv: line 5: the row has 2 cells, the header 4/,
    ],
    ['no such column', { 'countries.csv': 'code,title\nAT,Austria\n' }, '', /countries\.csv has no column name/],
    ['no file', {}, 'nowhere.csv', /has no file nowhere\.csv/],
  ])('are refused before anything is written when one has %s', async (_what, files, other, message) => {
    for (const [name, text] of Object.entries({
      'orders.csv': orders,
      'customers.csv': customers,
      'countries.csv': countries,
      ...files,
    }))
      put(name, text);
    put('m.yaml', other === '' ? joining('refused') : joining('refused').replace('countries.csv', other));
    expect(await run()).toMatchObject({ code: 1, out: '', err: expect.stringMatching(message) });
    expect(await rows(`SELECT FROM sales.opportunity WHERE source = 'refused'`)).toEqual([]);
  });
});

describe('references', () => {
  it('may name records of the same file, before, after, in a circle or the record itself', async () => {
    put('m.yaml', companies('companies.csv'));
    put(
      'companies.csv',
      'id,name,parent\n1,Sub,2\n2,Mother,3\n3,Top,3\n4,Left,5\n5,Right,4\n6,Lone,\n7,Orphan,99\n8,Of orphan,7\n',
    );
    expect((await run()).counts['companies.csv']).toEqual([8, 6, 0, 0, 2]);
    expect(await parents()).toEqual([
      { company: 'Left', parent: 'Right' },
      { company: 'Mother', parent: 'Top' },
      { company: 'Right', parent: 'Left' },
      { company: 'Sub', parent: 'Mother' },
      { company: 'Top', parent: 'Top' },
    ]);
    expect(rejects()).toEqual([
      expect.stringMatching(/^companies\.csv,8,parent,99,parent is the key of no record of companies/),
      expect.stringMatching(/^companies\.csv,9,parent,7,parent is the key of no record of companies/),
    ]);
    expect((await run()).counts['companies.csv']).toEqual([8, 0, 0, 6, 2]);
  });

  it('to records that come batches later are written when those are', async () => {
    put('m.yaml', companies('many.csv').replace('source: group', 'source: chain'));
    const lines = Array.from({ length: 3500 }, (_, id) => `${id},C${id},${id === 3499 ? '' : id + 1}\n`);
    put('many.csv', `id,name,parent\n${lines.join('')}`);
    expect((await run()).counts['many.csv']).toEqual([3500, 3500, 0, 0, 0]);
  });

  it('may name a record whose key has several columns', async () => {
    put(
      'm.yaml',
      `
source: compound
files:
  shops: { file: shops.csv, key: [chain, no], targets: [{ entity: identity.Employee, fields: { name: name } }] }
  deals:
    file: deals.csv
    key: deal
    targets:
      - entity: sales.Opportunity
        fields:
          name: deal
          ownerId: { column: [chain, shop], reference: shops }
          stage: { constant: PROPOSAL }
          probability: { constant: 0.4 }`,
    );
    put('shops.csv', 'chain,no,name\na,1,Ann\nb,1,Bob\n');
    put('deals.csv', 'deal,chain,shop\nD1,b,1\nD2,b,2\nD3,b,\nD4,,\n');
    expect((await run()).counts['deals.csv']).toEqual([4, 2, 0, 0, 2]);
    expect(rejects()).toEqual([
      expect.stringMatching(/^deals\.csv,3,"chain, shop",b \/ 2,"chain, shop is the key of no record of shops"/),
      expect.stringMatching(/^deals\.csv,4,shop,,"shop is missing, and it is a part of the key of another record"/),
    ]);
    const owners =
      await rows(`SELECT o.name AS deal, e.name FROM sales.opportunity o LEFT JOIN identity.employee e ON e.id = o.owner_id
      WHERE o.source = 'compound' ORDER BY o.name`);
    expect(owners).toEqual([
      { deal: 'D1', name: 'Bob' },
      { deal: 'D4', name: null },
    ]);
  });
});

describe('a dry run', () => {
  it('says what an import would do, file upon file, and writes nothing', async () => {
    const mapping = `
source: dry
files:
  agents: { file: agents.csv, key: no, targets: [{ entity: identity.Employee, fields: { name: name } }] }
  deals:
    file: deals.csv
    key: deal
    targets:
      - entity: sales.Opportunity
        fields:
          name: deal
          ownerId: { column: agent, reference: agents }
          stage: { constant: PROPOSAL }
          probability: { column: chance }`;
    put('m.yaml', mapping);
    put('agents.csv', 'no,name\n1,Ann\n2,Bob\n');
    const deals = Array.from({ length: 1500 }, (_, index) => `D${index},${index % 2 === 0 ? 1 : 2},0.5\n`);
    put('deals.csv', `deal,agent,chance\n${deals.join('')}X1,3,0.5\nX2,1,7\n`);
    const names = () =>
      rows(
        `SELECT name FROM identity.employee WHERE name IN ('Ann', 'Bob', 'Bea') AND created_at > now() - interval '1 hour'`,
      );
    const before = await names();
    const dry = await run('--dry-run');
    expect(dry.out).toMatch(/\ndry run: nothing was written; the numbers are what an import would do\n/);
    expect(await names()).toEqual(before);
    expect(await rows(`SELECT FROM sales.opportunity WHERE source = 'dry'`)).toEqual([]);
    const first = await run();
    expect(first.counts).toEqual(dry.counts);
    expect(first.counts).toMatchObject({ 'agents.csv': [2, 2, 0, 0, 0], 'deals.csv': [1502, 1500, 0, 0, 2] });

    put('agents.csv', 'no,name\n1,Ann\n2,Bea\n');
    expect((await run('--dry-run')).counts).toMatchObject({
      'agents.csv': [2, 0, 1, 1, 0],
      'deals.csv': [1502, 0, 0, 1500, 2],
    });
    expect(await rows(`SELECT FROM identity.employee WHERE name = 'Bea'`)).toEqual([]);
  });
});
