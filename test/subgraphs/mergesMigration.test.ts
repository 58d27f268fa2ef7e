import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { subgraphs } from '../../subgraphs/all.js';
import { applyAliases } from '../../subgraphs/kit/ownership/applyAliases.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { tablesOf } from '../../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { migrate } from '../../subgraphs/kit/sql/migrate.js';
import { createTestDatabase } from '../support/postgres.js';
import type { Untyped } from '../support/startTestSubgraph.js';
import { tellOfCustomer } from '../support/tellOfCustomer.js';

/** The last version in which a merge moved rows. */
const BEFORE = 1764300000000;
const [FIRM, EMPLOYEE] = [uuid(), uuid()];
const PEOPLE = [uuid(), uuid(), uuid()] as const;
const [A, B, C] = PEOPLE;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let client: Client;

async function sql(statement: string, ...values: readonly unknown[]): Promise<Untyped[]> {
  return (await client.query(statement, [...values])).rows;
}

/** The columns of each table in the version before. */
const columns = new Map<string, string[]>();

/** All rows of all departments, without the columns that later versions add. */
async function rows(): Promise<Untyped> {
  const found: Untyped = {};
  for (const { name, entities } of subgraphs) {
    for (const { table } of ownedIn(entities)) {
      const place = `${name}.${table}`;
      if (!columns.has(place)) {
        const known = await sql(
          `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
          place,
        );
        columns.set(
          place,
          // A customer is worked out anew, which counts as a change.
          known
            .map((column) => column.name)
            .filter((column) => place !== 'identity.customer' || !['version', 'updated_at'].includes(column)),
        );
      }
      // A later version adds it.
      if (columns.get(place)?.length === 0) continue;
      const all = await sql(
        `SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(t)) WHERE key = ANY ($1))::text AS row
         FROM ${place} t ORDER BY 1`,
        columns.get(place),
      );
      found[place] = all.map(({ row }) => row);
    }
  }
  return found;
}

function ownedIn(entities: (typeof subgraphs)[number]['entities']): { table: string; owners: readonly Untyped[] }[] {
  const dataSource = { options: { entities } } as unknown as DataSource;
  return tablesOf(dataSource).map(({ name, owners }) => ({ table: name, owners }));
}

/** As the version before did it: rows move, and what the other has already is set aside. */
async function mergeAsBefore(schema: string, from: string, into: string): Promise<void> {
  await client.query(`SET search_path = ${schema}`);
  await sql('INSERT INTO customer_alias (customer_id, parent_id, canonical_id) VALUES ($1, $2, $2)', from, into);
  await sql('UPDATE customer_alias SET canonical_id = $2 WHERE canonical_id = $1', from, into);
  await sql('SELECT merge_customer_rows($1, $2)', from, into);
  await client.query('RESET search_path');
}

let before: Untyped;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  for (const subgraph of subgraphs) {
    const migrations = subgraph.migrations.filter(({ name }) => Number(name.slice(-13)) < BEFORE);
    await migrate({ ...subgraph, migrations }, database.url);
  }
  for (const [number, id] of [...PEOPLE, FIRM].entries()) {
    const kind = id === FIRM ? 'ORGANIZATION' : 'PERSON';
    await sql('INSERT INTO identity.customer (id, kind, display_name) VALUES ($1, $2, $3)', id, kind, `P ${number}`);
  }
  await sql(
    `UPDATE identity.customer SET locale = 'de-AT', created_at = '2015-03-01', roles = '{CUSTOMER}' WHERE id = $1`,
    A,
  );
  await sql(`UPDATE identity.customer SET locale = 'en', time_zone = 'Europe/Rome' WHERE id = $1`, B);
  const named = 'gen_random_uuid()';
  await sql(`INSERT INTO feedback.survey (id, title, kind, question) VALUES (${named}, 'Us', 'NPS', 'Well?')`);
  await sql(`INSERT INTO marketing.segment (id, name) VALUES (${named}, 'All')`);
  await sql(
    `INSERT INTO marketing.campaign (id, name, channel, starts_at) VALUES (${named}, 'Spring', 'EMAIL', now())`,
  );
  for (const [number, id] of PEOPLE.entries()) {
    await tellOfCustomer(sql, { id, number, next: PEOPLE[(number + 1) % 3] ?? A, employee: EMPLOYEE });
  }
  before = await rows();
  for (const { name } of subgraphs) {
    await mergeAsBefore(name, A, B);
    await mergeAsBefore(name, B, C);
  }
  for (const subgraph of subgraphs) await migrateSubgraph(subgraph, database.url);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('leaves every row with whom it was merged to, and knows for whom it was recorded', async () => {
  let checked = 0;
  for (const { name, entities } of subgraphs) {
    for (const { table, owners } of ownedIn(entities)) {
      for (const owner of owners) {
        const wrong = await sql(
          `SELECT * FROM ${name}.${table} WHERE ${owner.recorded} = ANY ($1) AND ${owner.name} <> $2`,
          PEOPLE,
          C,
        );
        expect([name, table, wrong]).toEqual([name, table, []]);
        const each = await sql(`SELECT DISTINCT ${owner.recorded} AS id FROM ${name}.${table}`);
        // Nobody hands over, or is asked about, by this.
        if (each.length > 1) checked += 1;
      }
    }
  }
  expect(checked).toBeGreaterThan(20);
});

it('tells all subgraphs once more who is whom', async () => {
  const events = await sql(`SELECT event FROM identity.outbox`);
  expect(events.map(({ event }) => event.data.customers)).toEqual([
    expect.arrayContaining([
      { customerId: A, parentId: B },
      { customerId: B, parentId: C },
      { customerId: C, parentId: null },
    ]),
  ]);
});

it('shows of one who was merged what the records of all say', async () => {
  const [shown] = await sql(
    'SELECT display_name, roles, locale, time_zone, extract(year FROM created_at)::int AS year FROM identity.customer WHERE id = $1',
    C,
  );
  // Of what only the others say, the newest counts.
  expect(shown).toEqual({
    display_name: 'P 2',
    roles: ['CUSTOMER'],
    locale: 'en',
    time_zone: 'Europe/Rome',
    year: 2015,
  });
});

it('is taken back exactly', async () => {
  const customers = PEOPLE.map((customerId) => ({ customerId, parentId: null }));
  for (const subgraph of subgraphs) {
    const dataSource = await createDataSource(subgraph, { url: database.url, poolSize: 2 }).initialize();
    try {
      await dataSource.transaction(async (manager) => {
        await takeInAliases(manager, { position: 10, customers });
        if (subgraph.name === 'identity') await manager.query('SELECT work_out_customers($1)', [PEOPLE]);
      });
      await applyAliases(dataSource, tablesOf(dataSource));
    } finally {
      await dataSource.destroy();
    }
  }
  expect(await rows()).toEqual(before);
});

it('leaves nothing of the way before', async () => {
  const left = await sql(
    `SELECT n.nspname, p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.proname IN ('merge_customer_rows', 'set_row_aside', 'unmerge_customer_rows') UNION ALL
     SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname IN ('moved_row', 'set_aside_row', 'customer_place')`,
  );
  expect(left).toEqual([]);
});
