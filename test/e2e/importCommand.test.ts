import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { readRejects, runImport, spawnImport } from '../support/runImport.js';

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-import-'));
});

const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
/** Runs in the folder, on the test's database. */
const run = (...args: string[]) => runImport(args, { DATABASE_URL: database.url }, folder);

async function rows<Row extends object>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** How many employees have this name; none before the tables are made. */
async function employeesNamed(name: string): Promise<number> {
  const found = await rows(`SELECT FROM identity.employee WHERE name = '${name}'`).catch(() => []);
  return found.length;
}

const MAPPING = `
source: SOURCE
files:
  people:
    file: people.csv
    key: id
    targets:
      - entity: identity.Employee
        fields: { name: name, email: { column: email, type: email } }`;

/** A mapping and a file of employees, under a source that no other test has. */
function putPeople(source: string, csv: string): void {
  put('m.yaml', MAPPING.replace('SOURCE', source));
  put('people.csv', csv);
}

/** The files and outputs that docs/import.md shows, by name. */
function documented(): Map<string, string> {
  const text = readFileSync('docs/import.md', 'utf8');
  return new Map([...text.matchAll(/```\w+ (\S+)\n([^]*?)```/g)].map(([, name = '', body = '']) => [name, body]));
}

describe('the examples of docs/import.md', () => {
  it('of JSON does what the document says', async () => {
    const blocks = documented();
    for (const name of ['leads.json', 'leads.yaml']) put(name, blocks.get(name) ?? '');
    const first = await run('leads.yaml', '--data', '.');
    expect(first).toMatchObject({ code: 0, err: '', out: blocks.get('leads.output') });
    expect(readFileSync(join(folder, 'leads.rejects.csv'), 'utf8')).toBe(blocks.get('leads.rejects.csv'));
    const leads = await rows<object>(
      `SELECT name, phone, interest, budget_amount, captured_at FROM sales.lead WHERE name LIKE '%Berg'`,
    );
    expect(leads).toEqual([
      {
        name: 'Ida Berg',
        phone: '+4312345678',
        interest: 'Doors',
        budget_amount: '12400.5000',
        captured_at: new Date('2024-06-01T09:00:00Z'),
      },
    ]);
  });

  it('of companies and deals does what the document says', async () => {
    const blocks = documented();
    for (const name of ['companies.csv', 'deals.csv', 'workshop.yaml']) put(name, blocks.get(name) ?? '');

    const first = await run('workshop.yaml', '--data', '.');
    expect(first).toMatchObject({ code: 0, err: '', out: blocks.get('output') });
    expect(readFileSync(join(folder, 'workshop.rejects.csv'), 'utf8')).toBe(blocks.get('workshop.rejects.csv'));
    const deals = await rows<object>(`
      SELECT o.name, e.id AS company, a.country, c.display_name, c.created_at, o.stage, o.amount, o.currency, o.closed_at,
        (SELECT array_agg(s.stage ORDER BY s.position) FROM sales.stage_change s WHERE s.opportunity_id = o.id) AS stages
      FROM sales.opportunity o JOIN identity.external_id e USING (customer_id) JOIN identity.address a USING (customer_id)
      JOIN identity.customer c ON c.id = o.customer_id WHERE o.source = 'workshop' ORDER BY o.source_key`);
    expect(deals).toEqual([
      {
        name: 'Window frames,\nsecond lot',
        company: '17',
        country: 'AT',
        display_name: 'Huber & Söhne OG',
        created_at: new Date('2019-05-02T22:00:00Z'),
        stage: 'WON',
        amount: '12400.5000',
        currency: 'EUR',
        closed_at: new Date('2024-03-14T23:00:00Z'),
        stages: ['PROPOSAL', 'WON'],
      },
      {
        name: 'Doors',
        company: '18',
        country: 'DE',
        display_name: 'Nordwind GmbH',
        created_at: new Date('2018-12-31T23:00:00Z'),
        stage: 'PROPOSAL',
        amount: null,
        currency: null,
        closed_at: null,
        stages: ['PROPOSAL'],
      },
    ]);

    // Mended where they are, the rejected rows go in; what is still wrong stays there.
    const path = join(folder, 'workshop.rejects.csv');
    const again = ['workshop.yaml', '--data', '.', '--rejects-from', 'workshop.rejects.csv'];
    const rejected = readFileSync(path, 'utf8');
    writeFileSync(path, rejected.replace('D-3,99', 'D-3,19'));
    const half = await run(...again);
    expect(half.counts).toEqual({
      'companies.csv': [0, 0, 0, 0, 0],
      'deals.csv': [2, 1, 0, 0, 1],
      total: [2, 1, 0, 0, 1],
    });
    expect(readRejects(path)?.map((line) => line.slice(0, 19))).toEqual(['deals.csv,6,Opened,']);
    // A spreadsheet of that country saves it with semicolons.
    const saved = stringify(parse(readFileSync(path, 'utf8')), { delimiter: ';', bom: true });
    writeFileSync(path, saved.replace('lost;2024-02-22', 'lost;22.02.2024'));
    const whole = await run(...again);
    expect(whole.counts['deals.csv']).toEqual([1, 1, 0, 0, 0]);
    expect(existsSync(path)).toBe(false);

    // Mended in the files as well, nothing is left to change.
    put('deals.csv', (blocks.get('deals.csv') ?? '').replace('D-3;99', 'D-3;19').replace('2024-02-22', '22.02.2024'));
    const mended = await run('workshop.yaml', '--data', '.', '--strict');
    expect(mended.code).toBe(0);
    expect(mended.counts).toMatchObject({ 'companies.csv': [3, 0, 0, 3, 0], 'deals.csv': [4, 0, 0, 4, 0] });

    // A deal that is open again loses the end of its history.
    put('deals.csv', 'Deal;Company No;Title;Value;State;Opened;Decided\nD-1;17;Window frames;1,00;open;01.02.2024;\n');
    const reopened = await run('workshop.yaml', '--data', '.');
    expect(reopened.counts['deals.csv']).toEqual([1, 0, 1, 0, 0]);
    const history = await rows<object>(`
      SELECT s.stage FROM sales.stage_change s JOIN sales.opportunity o ON o.id = s.opportunity_id
      WHERE o.source = 'workshop' AND o.source_key = 'D-1'`);
    expect(history).toEqual([{ stage: 'PROPOSAL' }]);
  });
});

describe('rows', () => {
  it('with the key of an earlier row are rejected, in the same batch and in a later one', async () => {
    const csv = Array.from({ length: 2500 }, (_, index) => `${index},Person ${index},`);
    csv[10] = '9,Twin,';
    csv[2400] = '2,Late twin,';
    putPeople('twins', `id,name,email\n${csv.join('\n')}\n`);
    const result = await run('m.yaml', '--data', '.');
    expect(result.counts['people.csv']).toEqual([2500, 2498, 0, 0, 2]);
    const expected = [
      'people.csv,12,id,9,has the same key as line 11,9,Twin,',
      'people.csv,2402,id,2,has the same key as line 4,2,Late twin,',
    ];
    expect(readRejects(join(folder, 'm.rejects.csv'))).toEqual(expected);
    const again = await run('m.yaml', '--data', '.');
    expect(again.counts['people.csv']).toEqual([2500, 0, 0, 2498, 2]);
    expect(readRejects(join(folder, 'm.rejects.csv'))).toEqual(expected);
  });

  it('that only the database refuses are found among the others', async () => {
    putPeople('refused', 'id,name,email\n1,Ann,\n2,Bob,\n3,Cid,\n4,Dan,\n5,Eve,\n');
    await run('m.yaml', '--data', '.');
    await rows(`ALTER TABLE identity.employee ADD CONSTRAINT no_z CHECK (name NOT LIKE 'Z%')`);
    putPeople('refused', 'id,name,email\n1,Ann,\n2,Zed,\n3,Cyd,\n4,Dan,\n5,Zoe,\n6,Fay,\n');
    const result = await run('m.yaml', '--data', '.', '--strict');
    await rows('ALTER TABLE identity.employee DROP CONSTRAINT no_z');
    expect(result.code).toBe(3);
    expect(result.counts['people.csv']).toEqual([6, 1, 1, 2, 2]);
    expect(readRejects(join(folder, 'm.rejects.csv'))).toEqual([
      expect.stringMatching(/^people\.csv,3,,,"?the database refuses the row: .*no_z/),
      expect.stringMatching(/^people\.csv,6,,,"?the database refuses the row: .*no_z/),
    ]);
  });

  it('are the customer who has their key as an external id, and take it from nobody', async () => {
    put(
      'm.yaml',
      MAPPING.replace('SOURCE', 'owned').replace(
        /Employee[^]*/,
        `Customer
        fields: { kind: { constant: PERSON }, displayName: name }`,
      ),
    );
    put('people.csv', 'id,name\n1,Ann\n');
    await run('m.yaml', '--data', '.');
    const owner = '018f0000-0000-7000-8000-000000000001';
    await rows(`INSERT INTO identity.customer_record (id, kind, display_name) VALUES ('${owner}', 'PERSON', 'Bob by hand');
      INSERT INTO identity.external_id (source, id, customer_id) VALUES ('owned', '2', '${owner}')`);
    put('people.csv', 'id,name\n1,Ann\n2,Bob\n3,Cid\n');
    const result = await run('m.yaml', '--data', '.');
    expect(result.counts['people.csv']).toEqual([3, 1, 1, 1, 0]);
    const found = `SELECT c.id, c.display_name FROM identity.external_id e JOIN identity.customer c ON c.id = e.customer_id
      WHERE e.source = 'owned' AND e.id = '2'`;
    expect(await rows(found)).toEqual([{ id: owner, display_name: 'Bob' }]);

    const more = `
      - entity: identity.ExternalId
        fields: { customerId: { reference: this }, source: { constant: owned by another }, id: name }`;
    put('m.yaml', `${readFileSync(join(folder, 'm.yaml'), 'utf8')}${more}`);
    await run('m.yaml', '--data', '.');
    put('people.csv', 'id,name\n1,Ann\n2,Cid\n3,Dan\n');
    expect((await run('m.yaml', '--data', '.')).counts['people.csv']).toEqual([3, 0, 1, 1, 1]);
    expect(readRejects(join(folder, 'm.rejects.csv'))).toEqual([
      "people.csv,3,,,the database refuses the row: its identity.ExternalId is another's already,2,Cid",
    ]);
  });

  it('keep what the mapping does not name', async () => {
    putPeople('kept', 'id,name,email\n1,Ann Kept,ann@example.com\n');
    await run('m.yaml', '--data', '.');
    await rows(`UPDATE identity.employee SET team = 'North', active = false WHERE name = 'Ann Kept'`);
    putPeople('kept', 'id,name,email\n1,Ann Kept,ANN.KEPT@example.com\n');
    const result = await run('m.yaml', '--data', '.');
    expect(result.counts['people.csv']).toEqual([1, 0, 1, 0, 0]);
    expect(await rows(`SELECT email, team, active FROM identity.employee WHERE name = 'Ann Kept'`)).toEqual([
      { email: 'ann.kept@example.com', team: 'North', active: false },
    ]);
  });
});

describe('files', () => {
  it('of every format go in by one mapping, and stay the same the second time', async () => {
    put(
      'm.yaml',
      `
source: formats
files:
  dump:
    file: dump.tsv
    csv: { quote: none, escape: '\\' }
    header: none
    columns: { no: 1, who: 2, mail: { position: 4, missing: ['\\N'] } }
    key: no
    targets: [{ entity: identity.Employee, fields: { name: who, email: { column: mail, type: email } } }]
  document:
    source: formats-document
    file: people.json.gz
    records: /data/people
    key: id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: { template: '{name.first} {name.last}' }, roles: roles }
  lines:
    source: formats-lines
    file: people.ndjson
    key: id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: name, createdAt: { column: at, format: epochSeconds } }
`,
    );
    put('dump.tsv', '1\tAnn\\\tTab\tx\t\\N\n2\tBob Format\ty\tbob@example.com\n');
    const people = [
      { id: 7, name: { first: 'Cid', last: 'Format' }, roles: ['CUSTOMER', 'DONOR'] },
      { id: 8, name: { first: 'Dan', last: 'Format' }, roles: [] },
      { id: 9, name: { first: 'Eve' }, roles: ['EMPEROR'] },
    ];
    put('people.json.gz', gzipSync(JSON.stringify({ data: { people } })));
    put('people.ndjson', '{"id":"n1","name":"Fay Format","at":1499155200}\n{"id":"n2","name":"Gus Format","at":"x"}\n');
    const first = await run('m.yaml', '--data', '.');
    expect(first.counts).toEqual({
      'dump.tsv': [2, 2, 0, 0, 0],
      'people.json.gz': [3, 2, 0, 0, 1],
      'people.ndjson': [2, 1, 0, 0, 1],
      total: [7, 5, 0, 0, 2],
    });
    expect(await rows(`SELECT name, email FROM identity.employee WHERE name ~ 'Tab|Format' ORDER BY 1`)).toEqual([
      { name: 'Ann\tTab', email: null },
      { name: 'Bob Format', email: 'bob@example.com' },
    ]);
    expect(
      await rows(`SELECT display_name, roles, created_at < '2018-01-01' AS old FROM identity.customer
        WHERE display_name LIKE '%Format' ORDER BY 1`),
    ).toEqual([
      { display_name: 'Cid Format', roles: ['CUSTOMER', 'DONOR'], old: false },
      { display_name: 'Dan Format', roles: [], old: false },
      { display_name: 'Fay Format', roles: [], old: true },
    ]);
    const path = join(folder, 'm.rejects.csv');
    const header = 'file,line,column,value,reason,no,who,3,mail,id,name.first,name.last,roles,name,at';
    const rejected = readFileSync(path, 'utf8');
    expect(rejected.split('\n')[0]).toBe(header);
    // What JSON has in its members is mended in cells.
    const mended = rejected
      .replace(',9,Eve,,"[""EMPEROR""]"', ',9,Eve,Format,"[""DONOR""]"')
      .replace('Gus Format,x', 'Gus Format,1');
    writeFileSync(path, mended);
    const again = await run('m.yaml', '--data', '.', '--rejects-from', 'm.rejects.csv');
    expect(again.counts.total).toEqual([2, 2, 0, 0, 0]);
    const limited = await run('m.yaml', '--data', '.', '--limit', '1');
    expect(limited.counts).toMatchObject({ 'people.json.gz': [1, 0, 0, 1, 0], total: [3, 0, 0, 3, 0] });
  });

  it('need no more than a draft whose blanks are filled', async () => {
    put('staff.csv', 'Staff No;Full Name;E-Mail;Group\n1;Ann Draft;ann.draft@example.com;North\n2;Bob Draft;;N/A\n');
    const { code, out, err } = await run('--guess', 'staff.csv');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('- entity: identity.Employee');
    put('draft.yaml', out);
    const result = await run('draft.yaml', '--data', '.');
    expect(result.counts['staff.csv']).toEqual([2, 2, 0, 0, 0]);
    expect(await rows(`SELECT name, email, team FROM identity.employee WHERE name LIKE '% Draft' ORDER BY 1`)).toEqual([
      { name: 'Ann Draft', email: 'ann.draft@example.com', team: 'North' },
      { name: 'Bob Draft', email: null, team: null },
    ]);
  });
});

describe('the command', () => {
  it('tells how it is used', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const option of [
      '--data',
      '--guess',
      '--limit',
      '--rejects',
      '--rejects-from',
      '--strict',
      '--database-folder',
    ])
      expect(out).toContain(option);
  });

  it.each([
    [
      'an unknown option',
      ['m.yaml', '--dta', 'x'],
      /^customer360: Unknown option '--dta' \(npm run import -- --help tells how\)\n$/,
    ],
    ['no mapping', ['--data', 'x'], /^customer360: no mapping is given .*\n$/],
    ['no data folder', ['m.yaml'], /^customer360: --data is needed.*\n$/],
    [
      'a limit that is none',
      ['m.yaml', '--data', 'x', '--limit', '0'],
      /^customer360: --limit must be a number of rows.*\n$/,
    ],
    [
      'a mapping beside a guess',
      ['m.yaml', '--guess', 'x'],
      /^customer360: --guess takes one file and no mapping.*\n$/,
    ],
  ])('ends with 2 and one line for %s', async (_what, args, message) => {
    const { code, out, err } = await run(...args);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringMatching(message) });
  });

  it.each<[string, () => void, string[], RegExp]>([
    [
      'a mapping that is not there',
      () => {},
      ['other.yaml', '--data', '.'],
      /^customer360: the mapping other\.yaml cannot be read: .*\n$/,
    ],
    [
      'a data folder that is not there',
      () => {},
      ['m.yaml', '--data', 'nowhere'],
      /^customer360: the data folder nowhere cannot be read: .*\n$/,
    ],
    [
      'a file that is not there',
      () => rmSync(join(folder, 'people.csv')),
      ['m.yaml', '--data', '.'],
      /^customer360: \. has no file people\.csv; it has m\.yaml\n$/,
    ],
    [
      'a column that is not there',
      () => put('people.csv', 'id,mail,nom\n'),
      ['m.yaml', '--data', '.'],
      /^customer360: people\.csv has no columns name, email; it has id, mail, nom; did you mean mail by email\?\n$/,
    ],
    [
      'an empty file',
      () => put('people.csv', ''),
      ['m.yaml', '--data', '.'],
      /^customer360: people\.csv is empty; .*\n$/,
    ],
    [
      'another encoding at its very end',
      () => put('people.csv', Buffer.from(`id,name,email\n${'1,a,\n'.repeat(3000)}2,M\xFCller,\n`, 'latin1')),
      ['m.yaml', '--data', '.'],
      /^customer360: people\.csv: line 3002 is not utf-8; .*\n$/,
    ],
    [
      'rejects that are not there',
      () => {},
      ['m.yaml', '--data', '.', '--rejects-from', 'none.csv'],
      /^customer360: there is no rejects file none\.csv\n$/,
    ],
    [
      'rejects of another mapping',
      () => put('r.csv', 'file,line,column,value,reason,id\nother.csv,2,,,,1\n'),
      ['m.yaml', '--data', '.', '--rejects-from', 'r.csv'],
      /^customer360: r\.csv has rows of other\.csv, which the mapping does not name\n$/,
    ],
    [
      'rejects without a column of the mapping',
      () => put('r.csv', 'file,line,column,value,reason,id,name\npeople.csv,2,,,,1,Nothing Written\n'),
      ['m.yaml', '--data', '.', '--rejects-from', 'r.csv'],
      /^customer360: r\.csv has no column email for the rows of people\.csv\n$/,
    ],
    [
      'a rejects file in a folder that is not there',
      () => {},
      ['m.yaml', '--data', '.', '--rejects', 'no/r.csv'],
      /^customer360: no\/r\.csv cannot be written: .*\n$/,
    ],
    [
      "a rejects file that is somebody else's",
      () => {},
      ['m.yaml', '--data', '.', '--rejects', 'people.csv'],
      /^customer360: people\.csv is there and is no rejects file of ours; .*\n$/,
    ],
  ])('ends with 1 and one line for %s, and writes nothing', async (_what, prepare, args, message) => {
    putPeople('nothing', 'id,name,email\n1,Nothing Written,\n');
    prepare();
    const { code, out, err } = await run(...args);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringMatching(message) });
    expect(await employeesNamed('Nothing Written')).toBe(0);
    expect(await employeesNamed('a')).toBe(0);
  });

  it('names the database that it cannot reach, without the password', async () => {
    putPeople('nothing', 'id,name,email\n');
    const url = 'postgres://me:secret@127.0.0.1:1/shop';
    const { code, err } = await runImport(['m.yaml', '--data', '.'], { DATABASE_URL: url }, folder);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^customer360: the database of identity at 127\.0\.0\.1:1\/shop cannot be used: .*DATABASE_URL.*\n$/,
    );
    expect(err).not.toContain('secret');
  });

  it('stopped in the middle says how far it came, and goes on from there', async () => {
    const count = 20_000;
    putPeople('stopped', `id,name,email\n${Array.from({ length: count }, (_, id) => `${id},Stopped,\n`).join('')}`);
    const environment = { DATABASE_URL: database.url };
    const stopped = await spawnImport(['m.yaml', '--data', '.'], environment, folder, async (child) => {
      while ((await employeesNamed('Stopped')) === 0) await setImmediate();
      child.kill('SIGTERM');
    });
    expect(stopped).toMatchObject({ code: 143, err: expect.stringMatching(/^customer360: stopped; .*\n$/m) });
    const before = await employeesNamed('Stopped');
    expect(before).toBeLessThan(count);
    expect(stopped.counts['people.csv']).toEqual([before, before, 0, 0, 0]);
    const again = await run('m.yaml', '--data', '.');
    expect(again.counts['people.csv']).toEqual([count, count - before, 0, before, 0]);
  });

  it('uses the database of npm start, running or not', async () => {
    const { startEmbeddedPostgres } = await import('../../scripts/start/embeddedPostgres.js');
    // As root, Postgres runs as nobody, who may not enter the folder as it was made.
    chmodSync(folder, 0o755);
    putPeople('local', 'id,name,email\n1,Ann,\n');
    const args = ['m.yaml', '--data', '.', '--database-folder', 'data'];
    const alone = await runImport(args, {}, folder);
    expect(alone).toMatchObject({ code: 0, counts: { 'people.csv': [1, 1, 0, 0, 0] } });
    expect(alone.out).toMatch(/^starting the database in .* for the time of this command/m);

    const postgres = await startEmbeddedPostgres({ dataDir: resolve(folder, 'data/postgres'), durable: false });
    try {
      const beside = await runImport(args, {}, folder);
      expect(beside).toMatchObject({ code: 0, counts: { 'people.csv': [1, 0, 0, 1, 0] } });
      expect(beside.out).not.toContain('starting the database');
    } finally {
      await postgres.stop();
    }
  });
});
