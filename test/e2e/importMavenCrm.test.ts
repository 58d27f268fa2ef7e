import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { readRejects, spawnImport } from '../support/runImport.js';
import { askSubgraph, startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

const MAPPING = 'seed/mappings/maven-crm.yaml';
const DATA = join(resolve(process.env.SHARED_DATA ?? '../shared/data'), 'maven-crm');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Graph = TestSubgraph & { identity: TestSubgraph };

/** The address of the database that a graph's subgraphs share. */
function databaseUrl(graph: Graph): string {
  const { options } = graph.database.dataSource;
  return 'url' in options ? String(options.url) : '';
}

/** Imports into the database of running subgraphs. */
async function importInto(graph: Graph, data: string) {
  const rejectsFile = join(folder, 'rejects.csv');
  const run = await spawnImport([MAPPING, '--data', data, '--rejects', rejectsFile], {
    DATABASE_URL: databaseUrl(graph),
  });
  return { ...run, rejects: readRejects(rejectsFile) };
}

interface Figures {
  opportunities: number;
  customers: number;
  employees: number;
  products: number;
  /** How many in each stage. */
  stages: Record<string, number>;
  /** In USD, by stage; stages without any amount are left out. */
  amounts: Record<string, string>;
  onGtxPro: number;
  withoutCustomer: number;
  /** Entries of all stage histories. */
  changes: number;
}

async function ask(graph: TestSubgraph, query: string, variables: object = {}) {
  const { data, errors } = await graph.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** What GraphQL says. */
async function figuresOf(graph: Graph): Promise<Figures> {
  const identity = await ask(
    graph.identity,
    '{ customers(filter: { kind: ORGANIZATION }) { totalCount } employees { totalCount } }',
  );
  const { products, pipeline } = await ask(
    graph,
    '{ products(first: 100) { totalCount nodes { id name } } pipeline { stage count amount { amount currency } } }',
  );
  type Stage = { stage: string; count: number; amount: { amount: string; currency: string }[] };
  const stages = (pipeline as Stage[]).filter(({ count }) => count > 0);
  const gtxPro = products.nodes.find(({ name }: { name: string }) => name === 'GTX Pro').id;
  const onGtxPro = await ask(
    graph,
    'query ($id: ID!) { opportunities(filter: { productId: $id }, first: 1) { totalCount } }',
    { id: gtxPro },
  );
  let [withoutCustomer, changes, opportunities, after] = [0, 0, 0, null as string | null];
  do {
    const page = await ask(
      graph,
      `query ($after: String) { opportunities(first: 100, after: $after) {
        totalCount nodes { customer { id } stageHistory { stage } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    const { nodes, pageInfo, totalCount } = page.opportunities;
    opportunities = totalCount;
    withoutCustomer += nodes.filter(({ customer }: { customer: object | null }) => customer === null).length;
    for (const { stageHistory } of nodes) changes += stageHistory.length;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return {
    opportunities,
    customers: identity.customers.totalCount,
    employees: identity.employees.totalCount,
    products: products.totalCount,
    stages: Object.fromEntries(stages.map(({ stage, count }) => [stage, count])),
    amounts: Object.fromEntries(
      stages.flatMap(({ stage, amount }) => amount.map(({ amount: sum, currency }) => [`${stage} ${currency}`, sum])),
    ),
    onGtxPro: onGtxPro.opportunities.totalCount,
    withoutCustomer,
    changes,
  };
}

const STAGES: Record<string, string> = {
  Prospecting: 'PROSPECTING',
  Engaging: 'QUALIFICATION',
  Won: 'WON',
  Lost: 'LOST',
};

type Cells = [
  id: string,
  agent: string,
  product: string,
  account: string,
  stage: string,
  engaged: string,
  closed: string,
  value: string,
];

/** The rows of a file without quotes. */
function rowsOf(file: string): string[][] {
  return readFileSync(join(DATA, file), 'utf8')
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}

/** The same figures, counted from the rows of sales_pipeline.csv by other code than the importer's. */
function countedFrom(deals: readonly Cells[]): Figures {
  const figures: Figures = {
    opportunities: deals.length,
    customers: rowsOf('accounts.csv').length,
    employees: rowsOf('sales_teams.csv').length,
    products: rowsOf('products.csv').length,
    stages: {},
    amounts: {},
    onGtxPro: 0,
    withoutCustomer: 0,
    changes: 0,
  };
  const sums: Record<string, number> = {};
  for (const [, , product, account, stage, engaged, closed, value] of deals) {
    const name = STAGES[stage] ?? '';
    figures.stages[name] = (figures.stages[name] ?? 0) + 1;
    if (value !== '') sums[`${name} USD`] = (sums[`${name} USD`] ?? 0) + Number(value);
    if (product === 'GTXPro' || product === 'GTX Pro') figures.onGtxPro += 1;
    if (account === '') figures.withoutCustomer += 1;
    figures.changes += stage === 'Prospecting' ? 1 : Number(engaged !== '') + Number(closed !== '');
  }
  figures.amounts = Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, `${sum}.00`]));
  return figures;
}

const present = existsSync(DATA);
const title = present
  ? 'maven-crm'
  : `maven-crm: skipped, because there is no ${DATA} (SHARED_DATA names the folder that has it)`;
if (!present) process.stderr.write(`${title}\n`);

(present ? describe : describe.skip)(title, () => {
  const deals = (present ? rowsOf('sales_pipeline.csv') : []) as Cells[];
  const HEADER = 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value';

  /** Holds the original: who changes it puts it back. */
  let graph: Graph;
  let first: Awaited<ReturnType<typeof importInto>>;
  beforeAll(async () => {
    graph = await startTestSubgraph(sales);
    first = await importInto(graph, DATA);
  });
  afterAll(() => graph.stop());

  describe('as it is', () => {
    it('goes in whole', () => {
      expect(first.code).toBe(0);
      expect(first.rejects).toBeUndefined();
      expect(first.counts).toEqual({
        'accounts.csv': [85, 85, 0, 0, 0],
        'sales_teams.csv': [35, 35, 0, 0, 0],
        'products.csv': [7, 7, 0, 0, 0],
        'sales_pipeline.csv': [8800, 8800, 0, 0, 0],
        total: [8927, 8927, 0, 0, 0],
      });
    });

    it('comes out through GraphQL', async () => {
      const figures = await figuresOf(graph);
      expect(figures).toMatchObject({
        opportunities: 8800,
        customers: 85,
        employees: 35,
        products: 7,
        stages: { WON: 4238, LOST: 2473, QUALIFICATION: 1589, PROSPECTING: 500 },
        amounts: { 'WON USD': '10005534.00' },
        onGtxPro: 1480,
        withoutCustomer: 1425,
      });
      expect(figures).toEqual(countedFrom(deals));
    });

    it('is whole in each row: a deal with its customer, owner, product, times and history', async () => {
      const { customer360 } = await ask(
        graph.identity,
        `{ customer360(externalId: { source: "maven-crm", id: "Isdom" }) {
          id kind displayName roles addresses { label country } externalIds { source id } } }`,
      );
      const { id, ...isdom } = customer360;
      expect(isdom).toEqual({
        kind: 'ORGANIZATION',
        displayName: 'Isdom',
        roles: ['CUSTOMER'],
        addresses: [{ label: 'office', country: 'US' }],
        externalIds: [{ source: 'maven-crm', id: 'Isdom' }],
      });
      const [entity] = await graph.entities(
        'Customer',
        [id],
        `opportunities(first: 100, orderBy: OPENED_AT_ASC) { nodes { name stage probability amount { amount currency } openedAt closedAt
          owner { id } product { name unitPrice { amount currency } } stageHistory { stage at employee { id } } } }`,
      );
      const deal = entity.opportunities.nodes.find(({ name }: { name: string }) => name.includes('Z063OYW0'));
      const { employees } = await ask(
        graph.identity,
        '{ employees(first: 100) { nodes { id name team title active } } }',
      );
      const { id: owner, ...employee } = employees.nodes.find(
        ({ name }: { name: string }) => name === 'Darcel Schlecht',
      );
      expect(employee).toEqual({
        name: 'Darcel Schlecht',
        team: 'Melvin Marxen (Central)',
        title: 'Sales agent',
        active: true,
      });
      expect(deal).toEqual({
        name: 'GTX Pro (Z063OYW0)',
        stage: 'WON',
        probability: 1,
        amount: { amount: '4514.00', currency: 'USD' },
        openedAt: '2016-10-25T00:00:00.000Z',
        closedAt: '2017-03-11T00:00:00.000Z',
        owner: { id: owner },
        product: { name: 'GTX Pro', unitPrice: { amount: '4821.00', currency: 'USD' } },
        stageHistory: [
          { stage: 'QUALIFICATION', at: '2016-10-25T00:00:00.000Z', employee: { id: owner } },
          { stage: 'WON', at: '2017-03-11T00:00:00.000Z', employee: { id: owner } },
        ],
      });
    });

    it('shows what accounts.csv says of a company as its traits', async () => {
      const config = {
        databaseUrl: databaseUrl(graph),
        host: '127.0.0.1',
        port: 0,
        identityUrl: graph.identity.url,
        signingKeys: [TEST_SIGNING_KEY],
        poolSize: 2,
      };
      const running = await startSubgraph(marketing, config, pino({ level: 'silent' }));
      try {
        const { customer360 } = await ask(
          graph.identity,
          '{ customer360(externalId: { source: "maven-crm", id: "dambase" }) { id } }',
        );
        const { data, errors } = await askSubgraph(
          'marketing',
          running.url,
          `query ($id: ID!) { traits { totalCount }
            ofOne: traits(filter: { customerId: $id }, orderBy: NAME_ASC) { nodes { name kind value source observedAt } } }`,
          { id: customer360.id },
        );
        expect(errors).toBeUndefined();
        expect(data.traits.totalCount).toBe(4 * 85 + 15);
        const [, sector, founded, revenue, employees, , parent] =
          rowsOf('accounts.csv').find(([name]) => name === 'dambase') ?? [];
        const common = { kind: 'DEMOGRAPHIC', source: 'maven-crm', observedAt: '2017-12-31T00:00:00.000Z' };
        expect([sector, parent]).toEqual(['marketing', 'Inity']);
        expect(data.ofOne.nodes).toEqual([
          { ...common, name: 'annual_revenue_usd', value: String(Math.round(Number(revenue) * 1e6)) },
          { ...common, name: 'employees', value: employees },
          { ...common, name: 'parent_company', kind: 'SOCIOLOGICAL', value: 'Inity' },
          { ...common, name: 'sector', value: 'marketing' },
          { ...common, name: 'year_founded', value: founded },
        ]);
        const rows: unknown = await graph.database.dataSource.query(
          `SELECT value, count(*)::integer FROM marketing.trait WHERE name = 'sector' AND value LIKE 'techn%' GROUP BY 1`,
        );
        expect(rows).toEqual([{ value: 'technology', count: 12 }]);
      } finally {
        await running.stop();
      }
    });

    it('changes nothing a second time, not even a version or a time', async () => {
      const rows = () =>
        graph.database.dataSource.query(
          `SELECT 'o', id::text, version, updated_at, created_at FROM sales.opportunity
           UNION ALL SELECT 'c', id::text, version, updated_at, created_at FROM identity.customer ORDER BY 1, 2`,
        );
      const before: unknown = await rows();
      const again = await importInto(graph, DATA);
      expect(again.counts).toEqual({
        'accounts.csv': [85, 0, 0, 85, 0],
        'sales_teams.csv': [35, 0, 0, 35, 0],
        'products.csv': [7, 0, 0, 7, 0],
        'sales_pipeline.csv': [8800, 0, 0, 8800, 0],
        total: [8927, 0, 0, 8927, 0],
      });
      expect(await rows()).toEqual(before);
    });
  });

  describe('on a changed copy', () => {
    /** Rows that cannot go in, as line, column, value and reason in the rejects file. */
    const rejects: string[] = [];
    /** The rows of the copy that can go in. */
    const good: Cells[] = [];
    const changed = { amount: '', stage: '' };
    let copy: string;

    beforeAll(() => {
      copy = join(folder, 'changed');
      cpSync(DATA, copy, { recursive: true });
      const lines: string[] = [HEADER];
      let line = 1;
      for (const [index, original] of deals.entries()) {
        if (index % 220 === 7) continue; // removed: 40 rows
        const cells = [...original] as Cells;
        const [id, , , account, stage] = cells;
        line += 1;
        let reason: string | undefined;
        if (index === 100) {
          cells[6] = '"2017-03-\n01"';
          reason = `${line},close_date,"2017-03-\n01",close_date is not a date as yyyy-MM-dd`;
        } else if (index === 2000) {
          cells[2] = 'GTX Prro';
          reason = `${line},product,GTX Prro,product is the key of no record of products`;
        } else if (index === 3000) {
          cells[3] = 'Nobody Inc';
          reason = `${line},account,Nobody Inc,account is the key of no record of accounts`;
        } else if (index > 4000 && changed.amount === '' && stage === 'Won') {
          changed.amount = id;
          cells[7] = String(Number(cells[7]) + 1000);
        } else if (index > 4000 && changed.stage === '' && stage === 'Engaging' && account !== '') {
          changed.stage = id;
          [cells[4], cells[6], cells[7]] = ['Won', '2017-12-31', '77'];
        }
        if (reason === undefined) good.push(cells);
        else rejects.push(`sales_pipeline.csv,${reason}`);
        if (index === 100) line += 1;
        lines.push(cells.join(','));
      }
      const accounts = readFileSync(join(copy, 'accounts.csv'), 'utf8')
        .replace('Betasoloin,medical,', 'Betasoloin,,')
        .replace('Betatech,medical,1986,647.18,1185,', 'Betatech,medical,1986,647.18,1186,');
      writeFileSync(join(copy, 'accounts.csv'), accounts);
      writeFileSync(join(copy, 'sales_pipeline.csv'), `${lines.join('\n')}\n`);
    });

    it('writes what that copy says, and rejects its broken rows with their lines', async () => {
      const empty = await startTestSubgraph(sales);
      try {
        const result = await importInto(empty, copy);
        expect(result.code).toBe(0);
        expect([good.length, rejects.length]).toEqual([8757, 3]);
        expect(result.counts['sales_pipeline.csv']).toEqual([8760, 8757, 0, 0, 3]);
        expect(result.out).toMatch(/^3 rows were rejected: see .*rejects\.csv/m);
        // Behind the reason come the row's own cells.
        expect(result.rejects?.map((row, index) => row.slice(0, rejects[index]?.length))).toEqual(rejects);
        expect(await figuresOf(empty)).toEqual(countedFrom(good));
      } finally {
        await empty.stop();
      }
    });

    it('after the original updates exactly the rows that changed, and keeps those that are gone', async () => {
      const result = await importInto(graph, copy);
      expect(result.counts['sales_pipeline.csv']).toEqual([8760, 0, 2, 8755, 3]);
      expect(result.counts['accounts.csv']).toEqual([85, 0, 2, 83, 0]);
      const traits: unknown = await graph.database.dataSource.query(
        `SELECT t.name, t.value FROM marketing.trait AS t JOIN identity.external_id AS e USING (customer_id)
         WHERE e.id = 'Betasoloin' AND t.name = 'sector' OR e.id = 'Betatech' AND t.name = 'employees'`,
      );
      expect(traits).toEqual([{ name: 'employees', value: '1186' }]);
      const rows: { source_key: string }[] = await graph.database.dataSource.query(
        'SELECT source_key FROM sales.opportunity WHERE version <> 1 OR updated_at <> created_at ORDER BY source_key',
      );
      expect(rows.map((row) => row.source_key)).toEqual([changed.amount, changed.stage].sort());
      const byId = new Map(deals.map((cells) => [cells[0], cells]));
      for (const cells of good) byId.set(cells[0], cells);
      expect(await figuresOf(graph)).toEqual(countedFrom([...byId.values()]));

      const back = await importInto(graph, DATA);
      expect(back.counts['sales_pipeline.csv']).toEqual([8800, 0, 2, 8798, 0]);
      expect(back.rejects).toBeUndefined();
      expect(await figuresOf(graph)).toEqual(countedFrom(deals));
    });
  });
});
