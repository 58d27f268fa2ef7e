import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  folder = mkdtempSync(join(tmpdir(), 'customer360-fold-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = (...args: string[]) =>
  runImport(['m.yaml', '--data', '.', ...args], { DATABASE_URL: database.url }, folder);
const rejects = () => readRejects(join(folder, 'm.rejects.csv'));
const rows = async (sql: string): Promise<object[]> => (await client.query<object>(sql)).rows;

const deals = () =>
  rows(`
      SELECT o.source_key AS deal, o.name, o.stage, o.amount, o.lost_reason AS note, o.opened_at, o.closed_at,
        (SELECT array_agg(s.position || ' ' || s.stage ORDER BY s.position) FROM sales.stage_change s
         WHERE s.opportunity_id = o.id) AS stages
      FROM sales.opportunity o WHERE o.source = 'deal-log' ORDER BY 1`);

const ticketCustomers = () =>
  rows(`SELECT o.name AS no, c.display_name AS customer FROM sales.opportunity o LEFT JOIN identity.customer c ON c.id = o.customer_id
          WHERE o.source = 'tickets' ORDER BY o.name`);

const steps = () =>
  rows(`SELECT id, name, lost_reason AS before FROM sales.opportunity WHERE source = 'deal-traits' AND source_key LIKE '%step%'
            ORDER BY name`);

const links = () =>
  rows(`SELECT name, customer_id, demo_linked FROM sales.opportunity WHERE source = 'demo' ORDER BY name`);

const people = (source: string) => `
source: ${source}
zone: Europe/Vienna
files:
  people:
    file: people.csv
    key: id
    targets:
      - entity: identity.Customer
        fields: { kind: { constant: PERSON }, displayName: name, roles: { constant: [CUSTOMER] } }
      - entity: identity.CustomerIdentifier
        as: email
        onlyWith: email
        fields: { customerId: { reference: this }, type: { constant: EMAIL }, value: { column: email, type: email } }
      - entity: identity.CustomerIdentifier
        as: phone
        onlyWith: phone
        fields: { customerId: { reference: this }, type: { constant: PHONE }, value: { column: phone, type: phone } }`;

const linkingTo = (link: string) => `${people('match')}
  tickets:
    file: tickets.csv
    source: tickets
    key: no
    targets:
      - entity: sales.Opportunity
        fields:
          name: no
          customerId: ${link}
          stage: { constant: PROPOSAL }
          probability: { constant: 0.4 }`;

describe('a log of events', () => {
  const mapping = `
source: deal-log
zone: Europe/Vienna
files:
  log:
    file: log.csv
    key: Deal
    fold:
      order:
        - { column: At, format: 'd/M/yyyy HH:mm' }
        - { column: Revision, type: integer }
    targets:
      - entity: sales.Opportunity
        fields:
          name: Title
          stage: &stage { column: Stage, map: { new: PROSPECTING, called: PROSPECTING, offer: PROPOSAL, won: WON } }
          probability: { column: Stage, map: { new: 0.1, called: 0.1, offer: 0.4, won: 1 } }
          amount: { column: Value, currency: EUR, event: last }
          lostReason: { column: Note, event: first }
          openedAt: { column: At, format: 'd/M/yyyy HH:mm', event: first }
          closedAt: { column: At, format: 'd/M/yyyy HH:mm', event: { first: { Stage: [won] } } }
      - entity: sales.StageChange
        events: { onChangeOfField: stage, position: position }
        fields:
          opportunityId: { reference: this }
          stage: *stage
          at: { column: At, format: 'd/M/yyyy HH:mm' }`;
  const log = `Deal,Revision,At,Title,Stage,Value,Note
D-2,0,1/2/2024 09:00,Doors,new,,second
D-1,10,3/2/2024 10:00,Window frames,won,90,
D-1,9,3/2/2024 10:00,Window frames,offer,100,
D-1,1,28/1/2024 08:00,Windows,new,,first call
D-2,1,2/2/2024 09:00,Doors,offer,50,
D-1,2,29/1/2024 08:00,Windows,called,,
`;

  it('becomes one record each, at its last event, with the history of what changed', async () => {
    put('m.yaml', mapping);
    put('log.csv', log);
    const { code, out, counts } = await run();
    expect({ code, counts }).toEqual({ code: 0, counts: { 'log.csv': [6, 6, 0, 0, 0], total: [6, 6, 0, 0, 0] } });
    expect(out).toMatch(/^log\.csv: 6 rows are the events of 2 records\n/);
    expect(await deals()).toEqual([
      {
        deal: 'D-1',
        name: 'Window frames',
        stage: 'WON',
        amount: '90.0000',
        note: 'first call',
        opened_at: new Date('2024-01-28T07:00:00Z'),
        closed_at: new Date('2024-02-03T09:00:00Z'),
        stages: ['0 PROSPECTING', '1 PROPOSAL', '2 WON'],
      },
      {
        deal: 'D-2',
        name: 'Doors',
        stage: 'PROPOSAL',
        amount: '50.0000',
        note: 'second',
        opened_at: new Date('2024-02-01T08:00:00Z'),
        closed_at: null,
        stages: ['0 PROSPECTING', '1 PROPOSAL'],
      },
    ]);

    expect((await run()).counts['log.csv']).toEqual([6, 0, 0, 6, 0]);

    // Another event updates its record, and all rows of it count; an event that is gone takes its entry with it.
    const changed = `${log.replace(/^D-1,10.*\n/m, '')}D-2,2,3/2/2024 09:00,Doors,won,50,\n`;
    put('log.csv', changed);
    expect((await run()).counts['log.csv']).toEqual([6, 0, 6, 0, 0]);
    expect(await deals()).toMatchObject([
      { deal: 'D-1', stages: ['0 PROSPECTING', '1 PROPOSAL'] },
      { deal: 'D-2', stages: ['0 PROSPECTING', '1 PROPOSAL', '2 WON'] },
    ]);
  });

  it('rejects a record as a whole when one of its events is not right, so that no history has a hole', async () => {
    put('m.yaml', mapping.replace('deal-log', 'deal-holes'));
    put(
      'log.csv',
      `${log}D-3,0,soon,Stairs,new,,\nD-3,1,4/2/2024 10:00,Stairs,offer,,\n,0,4/2/2024 10:00,Lost,new,,\nD-2,3\n`,
    );
    const { counts } = await run();
    expect(counts['log.csv']).toEqual([10, 6, 0, 0, 4]);
    expect(rejects()?.map((line) => line.replace(/(,[^,]*){0}$/, ''))).toEqual([
      expect.stringMatching(/^log\.csv,8,At,soon,At is not a date as d\/M\/yyyy HH:mm/),
      expect.stringMatching(/^log\.csv,9,,,"?is of the same record as line 8, which is rejected/),
      expect.stringMatching(/^log\.csv,10,Deal,,"?Deal is missing, and it is the key of the record/),
      expect.stringMatching(/^log\.csv,11,,,"?the row has 2 cells, the header 7/),
    ]);
  });

  it('that is larger than a batch keeps its records whole', async () => {
    put('m.yaml', mapping.replace('deal-log', 'deal-many'));
    const lines = Array.from({ length: 3000 }, (_, index) => {
      const [deal, revision] = [index % 700, Math.floor(index / 700)];
      return `D-${deal},${revision},${1 + revision}/2/2024 09:00,Deal ${deal},${revision === 0 ? 'new' : 'offer'},,\n`;
    });
    put('log.csv', `Deal,Revision,At,Title,Stage,Value,Note\n${lines.toReversed().join('')}`);
    expect((await run()).counts['log.csv']).toEqual([3000, 3000, 0, 0, 0]);
    const found = await rows(`
      SELECT count(*)::integer AS entries, count(DISTINCT o.id)::integer AS deals FROM sales.opportunity o
      JOIN sales.stage_change s ON s.opportunity_id = o.id WHERE o.source = 'deal-many' AND o.stage = 'PROPOSAL'`);
    expect(found).toEqual([{ entries: 1400, deals: 700 }]);
  });

  it('can be written event by event, each with what was before it', async () => {
    const traits = `
source: deal-traits
zone: UTC
files:
  log:
    file: log.csv
    key: Deal
    fold: { order: { column: At, type: timestamp, format: 'd/M/yyyy HH:mm' } }
    targets:
      - entity: sales.Opportunity
        fields: { name: Title, stage: { constant: PROPOSAL }, probability: { constant: 0.4 } }
      - entity: sales.Opportunity
        as: step
        events: { onChange: Stage }
        fields:
          name: Stage
          lostReason: { column: Stage, event: previous }
          stage: { constant: PROPOSAL }
          probability: { constant: 0.4 }`;
    put('m.yaml', traits);
    const head = 'Deal,At,Title,Stage\n';
    put('log.csv', `${head}D-1,3/2/2024 10:00,W,b\nD-1,1/2/2024 10:00,W,a\nD-1,2/2/2024 10:00,W,a\n`);
    expect((await run()).counts['log.csv']).toEqual([3, 3, 0, 0, 0]);
    const first = await steps();
    expect(first).toMatchObject([
      { name: 'a', before: null },
      { name: 'b', before: 'a' },
    ]);
    // Events that come later leave those before them as they are, even in the middle.
    put('log.csv', `${head}D-1,1/2/2024 10:00,W,a\nD-1,2/2/2024 11:00,W,c\nD-1,3/2/2024 10:00,W,b\n`);
    expect((await run()).counts['log.csv']).toEqual([3, 0, 3, 0, 0]);
    expect(await steps()).toMatchObject([first[0], { ...first[1], before: 'c' }, { name: 'c', before: 'a' }]);
  });
});

describe('the example of event logs in docs/import.md', () => {
  it('does what the document says', async () => {
    const text = readFileSync('docs/import.md', 'utf8');
    const blocks = new Map(
      [...text.matchAll(/```\w+ (\S+)\n([^]*?)```/g)].map(([, name = '', body = '']) => [name, body]),
    );
    const names = ['ticket_log.csv', 'groups.csv', 'members.csv', 'tickets.yaml'];
    for (const name of names) put(name, blocks.get(name) ?? '');
    const first = await runImport(['tickets.yaml', '--data', '.'], { DATABASE_URL: database.url }, folder);
    expect(first).toMatchObject({ code: 0, out: blocks.get('tickets.output') });
    const cases = await rows(`
      SELECT c.source_key AS ticket, c.subject, c.status, p.display_name AS customer, c.opened_at, c.first_responded_at, c.resolved_at,
        (SELECT array_agg(coalesce(s.from_status, '-') || ' ' || s.to_status ORDER BY s.changed_at)
         FROM service.case_status_change s WHERE s.case_id = c.id) AS steps
      FROM service.service_case c JOIN identity.customer p ON p.id = c.customer_id WHERE c.source = 'helpdesk' ORDER BY 1`);
    expect(cases).toEqual([
      {
        ticket: 'T-1',
        subject: 'Front door sticks (Workshop)',
        status: 'OPEN',
        customer: 'Ida Berg',
        opened_at: new Date('2024-03-01T08:00:00Z'),
        first_responded_at: new Date('2024-03-01T09:15:00Z'),
        resolved_at: null,
        steps: ['- OPEN', 'OPEN RESOLVED', 'RESOLVED OPEN'],
      },
      {
        ticket: 'T-2',
        subject: 'Where is my order?',
        status: 'RESOLVED',
        customer: 'Olaf Lund',
        opened_at: new Date('2024-03-01T08:30:00Z'),
        first_responded_at: new Date('2024-03-01T10:00:00Z'),
        resolved_at: new Date('2024-03-01T10:00:00Z'),
        steps: ['- OPEN', 'OPEN RESOLVED'],
      },
    ]);
  });
});

describe('the customer of a row', () => {
  const customers =
    'id,name,email,phone\n1,Ann,Ann@Example.com,+43 1 2345678\n2,Bob,,0043 664 1234567\n3,Cid,shared@example.com,\n4,Dan,shared@example.com,\n';

  it('is looked up by what identity knows them by, one way after the other', async () => {
    put(
      'm.yaml',
      linkingTo('{ match: [{ email: mail }, { phone: tel, country: AT }, { externalId: crm, source: match }] }'),
    );
    put('people.csv', customers);
    put(
      'tickets.csv',
      'no,mail,tel,crm\nT1, ANN@example.com,,\nT2,nobody@example.com,0664 1234567,\nT3,,,3\nT4,no mail,,\nT5,shared@example.com,,\nT6,,,\n',
    );
    const { counts } = await run();
    expect(counts).toMatchObject({ 'people.csv': [4, 4, 0, 0, 0], 'tickets.csv': [6, 3, 0, 0, 3] });
    expect(await ticketCustomers()).toEqual([
      { no: 'T1', customer: 'Ann' },
      { no: 'T2', customer: 'Bob' },
      { no: 'T3', customer: 'Cid' },
    ]);
    expect(rejects()).toEqual([
      expect.stringMatching(/^tickets\.csv,5,mail,no mail,mail is not an email address/),
      expect.stringMatching(/^tickets\.csv,6,mail,shared@example\.com,mail is the email address of 2 customers/),
      expect.stringMatching(/^tickets\.csv,7,mail,,"mail is missing, and the customer is looked up by it"/),
    ]);
    expect((await run()).counts['tickets.csv']).toEqual([6, 0, 0, 3, 3]);

    // What finds nobody may also go in without a customer; what was somebody's stays theirs.
    put('m.yaml', linkingTo('{ match: { email: mail }, otherwise: none }'));
    expect((await run()).counts['tickets.csv']).toEqual([6, 3, 0, 3, 0]);
    expect(await ticketCustomers()).toMatchObject([
      { customer: 'Ann' },
      { customer: 'Bob' },
      { customer: 'Cid' },
      ...Array.from({ length: 3 }, () => ({ customer: null })),
    ]);
  });

  it('is picked for demonstration only when that is said on the command line too, for good, and marked', async () => {
    put('m.yaml', linkingTo('{ demoLink: crm }').replaceAll('tickets', 'demo'));
    put('people.csv', customers);
    put('demo.csv', `no,crm\n${Array.from({ length: 50 }, (_, index) => `T${index},${index % 10}\n`).join('')}`);
    const refused = await run();
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/files\.demo gives its rows .* --demo-links\n$/),
    });

    expect((await run('--demo-links')).counts['demo.csv']).toEqual([50, 50, 0, 0, 0]);
    const before = (await links()) as { name: string; customer_id: string; demo_linked: boolean }[];
    expect(before.every((row) => row.demo_linked)).toBe(true);
    const customerOf = new Map(before.map((row) => [row.name, row.customer_id]));
    for (let index = 10; index < 50; index += 1)
      expect(customerOf.get(`T${index}`)).toBe(customerOf.get(`T${index % 10}`));
    expect(new Set(customerOf.values()).size).toBeGreaterThan(1);

    put('people.csv', `${customers}5,Eve,,\n6,Fay,,\n7,Gus,,\n8,Hal,,\n`);
    expect((await run('--demo-links')).counts['demo.csv']).toEqual([50, 0, 0, 50, 0]);
    expect(await links()).toEqual(before);
  });
});
