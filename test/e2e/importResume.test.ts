import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { type ImportRun, readRejects, runImport, spawnImport } from '../support/runImport.js';

let folder: string;
let database: TestDatabase;
let client: Client;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-resume-'));
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const args = ['m.yaml', '--data', '.'];
const run = () => runImport(args, { DATABASE_URL: database.url }, folder);
const rejects = () => readRejects(join(folder, 'm.rejects.csv'));
const rows = async (sql: string): Promise<object[]> => (await client.query<object>(sql)).rows;

async function countOf(table: string): Promise<number> {
  const { rows: found } = await client
    .query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${table}`)
    .catch(() => ({ rows: [{ count: 0 }] }));
  return found[0]?.count ?? 0;
}

/** Runs the import and kills it, beyond any mercy, when so many rows are in a table. */
function killedAt(table: string, count: number): Promise<ImportRun> {
  return spawnImport(args, { DATABASE_URL: database.url }, folder, async (child) => {
    while ((await countOf(table)) < count) await setImmediate();
    child.kill('SIGKILL');
  });
}

const MAPPING = `
source: resumed
files:
  teams: { file: teams.csv, key: id, targets: [{ entity: identity.Household, fields: { name: name } }] }
  people: { file: people.csv, key: id, targets: [{ entity: identity.Employee, fields: { name: name } }] }`;

const COUNT = 8000;
const people = () => Array.from({ length: COUNT }, (_, id) => `${id},Person ${id}`);

describe('an import that was killed', () => {
  it('goes on where it was, with all numbers and all rejected rows', async () => {
    const lines = people();
    lines[5] = '5,';
    lines[7000] = '7,Twin of 7';
    put('m.yaml', MAPPING);
    put('teams.csv', 'id,name\n1,Left\n2,\n');
    put('people.csv', `id,name\n${lines.join('\n')}\n`);
    expect(await killedAt('identity.employee', 2000)).toMatchObject({ code: null });
    const before = await countOf('identity.employee');
    expect(before).toBeLessThan(COUNT - 2);

    const again = await run();
    expect(again).toMatchObject({ code: 0 });
    const [, dealtWith] =
      /^people\.csv: (\d+) rows were dealt with by an import that was broken off at \d{4}-/m.exec(again.out) ?? [];
    expect(Number(dealtWith)).toBeGreaterThanOrEqual(1000);
    expect(again.counts).toMatchObject({
      'teams.csv': [2, 0, 0, 1, 1],
      'people.csv': [COUNT, COUNT - 2 - before, 0, before, 2],
    });
    expect(rejects()).toEqual([
      expect.stringMatching(/^teams\.csv,3,name,,"name is missing/),
      expect.stringMatching(/^people\.csv,7,name,,"name is missing/),
      expect.stringMatching(/^people\.csv,7002,id,7,has the same key as line 9/),
    ]);
    expect(await countOf('identity.employee')).toBe(COUNT - 2);

    // Nothing is left to go on from: the next import reads everything.
    expect(await rows(`SELECT tablename FROM pg_tables WHERE schemaname = 'import'`)).toEqual([{ tablename: 'run' }]);
    const third = await run();
    expect(third.out).not.toContain('dealt with');
    expect(third.counts['people.csv']).toEqual([COUNT, 0, 0, COUNT - 2, 2]);
  });

  it('begins anew when a file has changed, or what it wrote is gone', async () => {
    put('m.yaml', MAPPING);
    put('teams.csv', 'id,name\n1,Left\n');
    put('people.csv', `id,name\n${people().join('\n')}\n`);
    await killedAt('identity.employee', 2000);
    await client.query('TRUNCATE identity.employee CASCADE');
    const emptied = await killedAt('identity.employee', 2000);
    expect(emptied.out).not.toContain('people.csv: 2000 rows were dealt with');

    put('people.csv', `id,name\n${people().join('\n').replace('Person 1\n', 'Person one\n')}\n`);
    const changed = await run();
    expect(changed.out).not.toContain('dealt with');
    const [read = 0, inserted = 0, updated = 0, unchanged = 0] = changed.counts['people.csv'] ?? [];
    expect({ read, updated, sum: inserted + unchanged }).toEqual({ read: COUNT, updated: 1, sum: COUNT - 1 });
    expect(await countOf('identity.employee')).toBe(COUNT);
  });

  it('goes on with an event log in the order of its records', async () => {
    put(
      'm.yaml',
      `
source: resumed-log
zone: UTC
files:
  log:
    file: log.csv
    key: no
    fold: { order: { column: at, format: 'yyyy-MM-dd' } }
    targets:
      - entity: sales.Opportunity
        fields: { name: name, stage: { constant: PROPOSAL }, probability: { constant: 0.4 } }`,
    );
    const events = Array.from(
      { length: 6000 },
      (_, index) => `${index % 1500},2024-01-0${1 + Math.floor(index / 1500)},N${index}`,
    );
    put('log.csv', `no,at,name\n${events.join('\n')}\n`);
    await killedAt('sales.opportunity', 500);
    const before = await countOf('sales.opportunity');
    expect(before).toBeLessThan(1500);
    const again = await run();
    expect(again.out).toMatch(/^log\.csv: \d+ rows were dealt with/m);
    expect(again.out).toMatch(/^log\.csv: 6000 rows are the events of 1500 records$/m);
    expect(again.counts['log.csv']).toEqual([6000, 4 * (1500 - before), 0, 4 * before, 0]);
    const found = await rows(
      `SELECT count(*)::integer AS last FROM sales.opportunity WHERE substr(name, 2)::integer >= 4500`,
    );
    expect(found).toEqual([{ last: 1500 }]);
  });
});
