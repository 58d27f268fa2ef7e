import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { Database } from '../../subgraphs/kit/sql/Database.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { recomputeSegment } from '../../subgraphs/marketing/segmentMembers.js';
import { segmentRule } from '../../subgraphs/marketing/segmentRule.js';
import { clockAt, describeWithOtherClock } from '../support/otherClock.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';

const MAIN = join(process.cwd(), 'dist/seed/generate/main.js');

function seed(database: TestDatabase, args: string[], clock: NodeJS.ProcessEnv = {}): RunningCommand {
  return run(process.execPath, [MAIN, ...args], {
    env: { ...plainEnvironment(), DATABASE_URL: database.url, ...clock },
  });
}

/** Runs it to its end; returns what it said last. */
async function seeded(database: TestDatabase, ...args: string[]): Promise<string> {
  return endOf(seed(database, args));
}

async function endOf(command: RunningCommand): Promise<string> {
  const { code } = await command.ended;
  if (code !== 0) throw new Error(command.errors());
  return command.output().trim();
}

async function query<Row>(database: TestDatabase, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** What the database gives by itself: the moment of the insert, numbers in the order of entry, ids that a trigger makes. */
const OF_THE_DATABASE = new Set([
  'created_at',
  'updated_at',
  'recorded_at',
  'told_at',
  'sequence',
  'serial',
  'team_id',
  'event',
]);

interface Table {
  readonly name: string;
  readonly columns: string[];
}

const TABLES = `SELECT table_schema || '.' || table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
    AND table_name NOT IN ('migration', 'idempotency_key', 'team', 'outbox')
  GROUP BY 1 ORDER BY 1`;

/** For each table the number of its rows and a sum over all that the seed decides. */
async function contents(database: TestDatabase): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name, columns } of await query<Table>(database, TABLES)) {
    const list = columns.filter((column) => !OF_THE_DATABASE.has(column)).map((column) => `"${column}"`);
    const [row] = await query<{ sum: string }>(
      database,
      `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(row(${list.join(', ')})::text, 0)), 0) AS sum FROM ${name}`,
    );
    found.set(name, row?.sum ?? '');
  }
  return found;
}

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await database.drop();
});

/** Several seeds run one after another: on a busy machine that takes longer than the usual minute. */
const PATIENCE = 240_000;

/** Tables that a seed leaves empty: it takes in no events, and nobody has looked at a customer, corrected a journey, merged or erased anybody. */
const FILLED_BY_USE =
  /\.(inbox|dead_letter|audit_entry|journey_exclusion|customer_alias|erased_customer|erasure|erasure_account|erasure_receipt|legal_hold|employee_copy|applied_merge|merging_subgraph|webhook\w*)$/;

describe('a seed', () => {
  it(
    'that is killed goes on where it was, ends as one that was not, and again adds nothing',
    async () => {
      const other = await createTestDatabase();
      try {
        await seeded(other, '--customers', '600');
        const killed = seed(database, ['--customers', '600']);
        await untilSome(database);
        killed.signal('SIGKILL');
        await killed.ended;
        expect(await contents(database)).not.toEqual(await contents(other));
        await seeded(database, '--customers', '600');
        expect(await contents(database)).toEqual(await contents(other));
        expect(await seeded(database, '--customers', '600')).toBe('seed: 600 customers, 0 new rows');
        expect(await contents(database)).toEqual(await contents(other));
      } finally {
        await other.drop();
      }
    },
    PATIENCE,
  );

  it(
    'of more customers keeps those who are there, and leaves no table empty',
    async () => {
      await seeded(database, '--customers', '60');
      const few = await query<object>(database, 'SELECT * FROM sales.customer_order ORDER BY id');
      await seeded(database, '--customers', '320');
      const many = await query<{ id: string }>(database, 'SELECT * FROM sales.customer_order ORDER BY id');
      expect(many).toEqual(expect.arrayContaining(few));
      const empty = [...(await contents(database))].filter(([, sum]) => sum.startsWith('0 ')).map(([name]) => name);
      expect(empty.filter((name) => !FILLED_BY_USE.test(name))).toEqual([]);
      await expectLivesThatHangTogether();
      await expectMembersAsTheRulesSay();
    },
    PATIENCE,
  );

  it(
    'is taken away by --reset, but not unasked',
    async () => {
      await seeded(database, '--customers', '40');
      const filled = await contents(database);
      const unasked = seed(database, ['--reset', '--customers', '0']);
      expect(await unasked.ended).toMatchObject({ code: 2 });
      expect(unasked.errors()).toMatch(/identity in postgres:\/\/.*: .*customer 40,[^]*--yes/);
      expect(unasked.errors()).not.toContain(new URL(database.url).password || 'no password');
      expect(await contents(database)).toEqual(filled);
      await seeded(database, '--reset', '--yes', '--customers', '0');
      expect([...(await contents(database)).values()].every((sum) => sum.startsWith('0 '))).toBe(true);
      // What must not be emptied otherwise is guarded as before.
      await expect(query(database, 'TRUNCATE marketing.consent_event')).rejects.toThrow(/append-only/);
      await seeded(database, '--customers', '40');
      expect(await contents(database)).toEqual(filled);
    },
    PATIENCE,
  );
});

describeWithOtherClock('a seed that was begun on another day (needs faketime)', () => {
  it(
    'adds nothing when it is run again, and those who are added later fit to those who are there',
    async () => {
      const monthsAgo = clockAt(new Date(Date.now() - 100 * 86_400_000).toISOString());
      await endOf(seed(database, ['--customers', '60'], monthsAgo));
      const few = await contents(database);
      expect(await seeded(database, '--customers', '60')).toBe('seed: 60 customers, 0 new rows');
      expect(await contents(database)).toEqual(few);
      await seeded(database, '--customers', '320');
      await expectLivesThatHangTogether();
      await expectMembersAsTheRulesSay();
      const whole = await contents(database);
      await endOf(seed(database, ['--reset', '--yes', '--customers', '320'], monthsAgo));
      expect(await contents(database)).toEqual(whole);
    },
    PATIENCE,
  );
});

/** Until a seed has written its first customers. */
async function untilSome(of: TestDatabase): Promise<void> {
  for (;;) {
    const [table] = await query<{ there: boolean }>(
      of,
      `SELECT to_regclass('identity.external_id') IS NOT NULL AS there`,
    );
    if (!table?.there) continue;
    const [row] = await query<{ some: boolean }>(of, 'SELECT EXISTS (SELECT FROM identity.external_id) AS some');
    if (row?.some) return;
  }
}

async function expectLivesThatHangTogether(): Promise<void> {
  const [facts] = await query<Record<string, number>>(
    database,
    `SELECT
      (SELECT count(*) FROM touchpoints.touchpoint WHERE customer_id NOT IN (SELECT id FROM identity.customer)) AS strangers,
      (SELECT count(*) FROM sales.customer_order o WHERE total <>
        (SELECT sum(quantity * unit_price - discount) FROM sales.order_line WHERE order_id = o.id)) AS wrong_totals,
      (SELECT count(*) FROM service.goodwill g WHERE NOT EXISTS
        (SELECT FROM service.service_case c WHERE c.id = g.case_id AND c.resolved_at <= g.granted_at)) AS unearned,
      (SELECT count(*) FROM touchpoints.journey j WHERE last_touch_at <>
        (SELECT max(occurred_at) FROM touchpoints.touchpoint t WHERE t.journey_id = j.id)) AS wrong_journeys,
      (SELECT count(*) FROM service.service_case c WHERE status <>
        (SELECT to_status FROM service.case_status_change s WHERE s.case_id = c.id ORDER BY changed_at DESC, id LIMIT 1)
      ) AS wrong_statuses,
      (SELECT count(*) FROM feedback.referral r JOIN identity.customer c ON c.id = r.referred_customer_id
        WHERE c.created_at < r.referred_at) AS known_before,
      (SELECT count(DISTINCT locale) FROM identity.customer) AS locales`,
  );
  expect(facts).toEqual({
    strangers: '0',
    wrong_totals: '0',
    unearned: '0',
    wrong_journeys: '0',
    wrong_statuses: '0',
    known_before: '0',
    locales: '5',
  });
  const [revenue] = await query<{ share: number }>(
    database,
    `WITH of_each AS (
      SELECT coalesce(sum(o.total), 0) AS revenue FROM identity.customer c
      LEFT JOIN sales.customer_order o ON o.customer_id = c.id AND o.status <> 'CANCELLED' GROUP BY c.id
    ), ranked AS (SELECT revenue, ntile(10) OVER (ORDER BY revenue DESC) AS tenth FROM of_each)
    SELECT (sum(revenue) FILTER (WHERE tenth = 1) / sum(revenue))::float8 AS share FROM ranked`,
  );
  expect(revenue?.share).toBeGreaterThan(0.55);
}

/** Refreshes each segment by rule as the mutation does: nobody comes, nobody goes. */
async function expectMembersAsTheRulesSay(): Promise<void> {
  const MEMBERS = 'SELECT segment_id, customer_id, since FROM marketing.segment_member ORDER BY 1, 2';
  const before = await query<object>(database, MEMBERS);
  const dataSource = await createDataSource(marketing, { url: database.url, poolSize: 1 }).initialize();
  try {
    const ruled = await dataSource.query<{ id: string; tree: unknown }[]>(
      'SELECT id, rule_tree AS tree FROM segment WHERE rule_tree IS NOT NULL',
    );
    expect(ruled.length).toBeGreaterThan(3);
    for (const { id, tree } of ruled) {
      await dataSource.transaction((manager) =>
        recomputeSegment(new Database(dataSource), manager, { id, rule: segmentRule.parse(tree) }),
      );
    }
  } finally {
    await dataSource.destroy();
  }
  expect(before.length).toBeGreaterThan(200);
  expect(await query<object>(database, MEMBERS)).toEqual(before);
}
