import { resolve } from 'node:path';
import { Client } from 'pg';
import { Agent, request, setGlobalDispatcher } from 'undici';
import { startEmbeddedPostgres } from '../scripts/start/embeddedPostgres.js';
import { migrateSubgraph } from '../subgraphs/kit/ownership/migrateSubgraph.js';
import { touchpoints } from '../subgraphs/touchpoints/subgraph.js';
import { quantile } from './quantile.js';
import { startProcess, type BenchProcess } from './startProcess.js';

export interface TimelineOptions {
  /** How many touchpoints the small and the large table hold. */
  readonly sizes: readonly number[];
  /** Pages of each kind a round. */
  readonly requests: number;
  readonly rounds: number;
}

/** As many as a customer of the seed has. */
const TOUCHPOINTS_OF_ONE = 36;
/** Whose timeline is long. */
const LONG = 10_000;
/** How many rows are written in one statement. */
const CHUNK = 500_000;

/** A UUID of version 4 that follows from a text. */
const uuidOf = (text: string) => `overlay(overlay(md5(${text}) placing '4' from 13) placing '8' from 17)::uuid`;
/** Customer n of a table. */
const CUSTOMER = uuidOf(`'customer ' || n`);

const PAGES: Readonly<Record<string, string>> = {
  'first page': 'timeline(first: 20)',
  'one channel': 'timeline(first: 20, filter: { channels: [PHONE] })',
  'a word': 'timeline(first: 20, filter: { text: "parcel" })',
  'a span': 'timeline(first: 20, filter: { from: "2022-01-01T00:00:00Z", to: "2025-07-01T00:00:00Z" })',
};

const SELECTION =
  '{ edges { cursor } nodes { id occurredAt channel direction kind department summary sentiment source { type id } } pageInfo { endCursor hasNextPage } }';

interface Page {
  readonly data: { _entities: { timeline: { nodes: object[]; pageInfo: { endCursor: string } } }[] };
  readonly errors?: unknown;
}

async function page(url: string, id: string, field: string): Promise<{ ms: number; cursor: string }> {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${field} ${SELECTION} } } }`;
  const started = performance.now();
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { r: [{ __typename: 'Customer', id }] } }),
  });
  const answer = (await response.body.json()) as Page;
  if (answer.errors) throw new Error(JSON.stringify(answer.errors).slice(0, 500));
  const ms = performance.now() - started;
  const { nodes, pageInfo } = answer.data._entities[0]?.timeline ?? { nodes: [], pageInfo: { endCursor: '' } };
  // A page of nothing would be quick, and prove nothing.
  if (nodes.length === 0) throw new Error(`${field} of ${id} is empty`);
  return { ms, cursor: pageInfo.endCursor };
}

/** Fills the table with so many touchpoints, unless it has them; indexes are made afterwards, which is quicker. */
async function fill(client: Client, rows: number): Promise<void> {
  const { rows: found } = await client.query<{ n: string }>(
    `SELECT count(*) AS n FROM (SELECT FROM touchpoints.touchpoint LIMIT ${rows}) AS t`,
  );
  if (Number(found[0]?.n) >= rows) return;
  const started = performance.now();
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = 'touchpoints' AND tablename = 'touchpoint' AND indexname <> 'touchpoint_pkey'`,
  );
  await client.query(`SET search_path = touchpoints; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`);
  await client.query('TRUNCATE touchpoint CASCADE');
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  const customers = Math.floor(rows / TOUCHPOINTS_OF_ONE);
  for (let begin = 0; begin < rows; begin += CHUNK) {
    await client.query(
      `INSERT INTO touchpoint (id, customer_id, occurred_at, recorded_at, channel, direction, kind, department, summary)
       SELECT ${uuidOf(`'touchpoint ' || i`)}, ${CUSTOMER}, at, at,
         (ARRAY['PHONE', 'EMAIL', 'WEB', 'APP'])[1 + r % 4], CASE WHEN r % 3 = 0 THEN 'OUTBOUND' ELSE 'INBOUND' END,
         (ARRAY['CONTACT', 'ORDER', 'CASE', 'CAMPAIGN', 'SURVEY'])[1 + r % 5],
         (ARRAY['SALES', 'SERVICE', 'MARKETING', 'FEEDBACK'])[1 + r % 4],
         (ARRAY['Asked where the parcel is', 'Ordered an espresso machine and a grinder', 'We answered about the late delivery',
           'Campaign "Spring" was sent', 'NPS 9: "Quick and friendly, as always"'])[1 + r % 5] || ' (O-' || i || ')'
       FROM (
         SELECT i, hashint8(i) & 65535 AS r, CASE WHEN i < ${LONG} THEN 0 ELSE 1 + (i * 7919) % ${customers} END AS n,
           timestamptz '2020-01-01' + (i * 15485863 % 189216000) * interval '1 second' AS at
         FROM generate_series(${begin}::bigint, ${Math.min(begin + CHUNK, rows) - 1}::bigint) AS i
       ) AS s`,
    );
    console.error(`bench: ${Math.min(begin + CHUNK, rows)} of ${rows} touchpoints`);
  }
  for (const { definition } of indexes) await client.query(definition);
  await client.query('VACUUM ANALYZE touchpoint');
  console.error(`bench: ${rows} touchpoints in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

interface Table {
  readonly rows: number;
  readonly process: BenchProcess;
  readonly url: string;
  readonly customers: readonly string[];
  readonly times: Map<string, number[]>;
}

async function openTable(server: string, rows: number, requests: number): Promise<Table> {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  const name = `timeline_${rows}`;
  try {
    const { rows: there } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (there.length === 0) await admin.query(`CREATE DATABASE ${name}`);
  } finally {
    await admin.end();
  }
  const databaseUrl = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await migrateSubgraph(touchpoints, databaseUrl);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await fill(client, rows);
    const { rows: ids } = await client.query<{ id: string }>(
      `SELECT ${CUSTOMER} AS id FROM (SELECT 1 + (i * 104729) % ${Math.floor(rows / TOUCHPOINTS_OF_ONE)} AS n
       FROM generate_series(1, ${requests}::bigint) AS i) AS s`,
    );
    const process = await startProcess('subgraphs/touchpoints/main.js', [], { DATABASE_URL: databaseUrl, PORT: '0' });
    const url = process.urls['touchpoints'] ?? '';
    return { rows, process, url, customers: ids.map(({ id }) => id), times: new Map() };
  } finally {
    await client.end();
  }
}

async function measure({ url, customers, times }: Table, long: string): Promise<void> {
  const note = (name: string, value: number) => times.set(name, [...(times.get(name) ?? []), value]);
  for (const [name, field] of Object.entries(PAGES)) {
    for (const id of customers) note(name, (await page(url, id, field)).ms);
  }
  // Page by page into a long timeline: the last page must cost what the first does.
  let after = '';
  for (let number = 0; number < 100; number += 1) {
    const { ms, cursor } = await page(url, long, `timeline(first: 100${after && `, after: "${after}"`})`);
    note('100 of a long one', ms);
    after = cursor;
  }
}

/** What a page of a customer's timeline costs in a small and in a large table, in alternating rounds. */
export async function timeline({ sizes, requests, rounds }: TimelineOptions): Promise<void> {
  setGlobalDispatcher(new Agent({ connections: 1, pipelining: 1 }));
  const postgres = await startEmbeddedPostgres({ dataDir: resolve('.data/bench-timeline'), log: console.error });
  const tables: Table[] = [];
  try {
    for (const rows of sizes) tables.push(await openTable(postgres.url, rows, requests));
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<{ id: string }>(`SELECT ${CUSTOMER} AS id FROM (SELECT 0::bigint AS n) AS s`);
    await client.end();
    const long = rows[0]?.id ?? '';
    for (const table of tables) await measure(table, long);
    for (const { times } of tables) times.clear();
    for (let round = 0; round < rounds; round += 1) for (const table of tables) await measure(table, long);
    for (const name of [...Object.keys(PAGES), '100 of a long one']) {
      const medians = tables.map(({ times }) => quantile(times.get(name) ?? [], 0.5));
      const last = tables.map(({ times }) => quantile(times.get(name) ?? [], 0.99));
      const cells = tables.map(
        ({ rows: size }, index) => `${size}: p50 ${medians[index]?.toFixed(2)} ms, p99 ${last[index]?.toFixed(2)} ms`,
      );
      const ratio = (medians.at(-1) ?? NaN) / (medians[0] ?? NaN);
      console.log(`${name.padEnd(18)} ${cells.join('   ')}   ratio ${ratio.toFixed(2)}`);
    }
  } finally {
    await Promise.all(tables.map(({ process }) => process.stop()));
    await postgres.stop();
  }
}
