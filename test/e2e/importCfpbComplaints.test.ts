import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { type CsvCells, formatCsv, parseCsv, tally } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/cfpb-complaints.yaml';
const FILE = 'complaints_sample.csv';
const CONSENT = 'Consumer consent provided?';
const { path, present, title } = sharedData('cfpb-complaints');

interface Complaint {
  kind: string;
  status: string;
  channel: string;
  sla: { breached: boolean };
  messages: { totalCount: number };
}

const CHANNELS: Record<string, string> = {
  Web: 'WEB',
  Phone: 'PHONE',
  Email: 'EMAIL',
  'Postal mail': 'LETTER',
  Fax: 'LETTER',
  Referral: 'LETTER',
};

const isClosed = (row: CsvCells) => (row['Company response to consumer'] ?? '').startsWith('Closed');

/** What GraphQL must say, counted from the rows by other code than the importer's. */
function countedFrom(rows: readonly CsvCells[]) {
  return {
    kinds: { COMPLAINT: rows.length },
    statuses: tally(rows.map((row) => (isClosed(row) ? 'CLOSED' : 'OPEN'))),
    channels: tally(rows.map((row) => CHANNELS[row['Submitted via'] ?? ''] ?? '')),
    // Those without an answer broke their agreement long ago.
    breached: rows.filter((row) => !isClosed(row) || row['Timely response?'] === 'No').length,
    messages: rows.filter((row) => row['Consumer complaint narrative'] !== '').length,
  };
}

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, FILE), 'utf8')) : [];
  let graph: ImportGraph;
  let first: ImportRun;
  beforeAll(async () => {
    graph = await startImportGraph(service, marketing, touchpoints);
    first = await graph.import(MAPPING, path);
  });
  afterAll(() => graph.stop());

  async function figures() {
    const cases: Complaint[] = await graph.all(
      service,
      'cases',
      'kind status channel sla { breached } messages(first: 1) { totalCount }',
    );
    return {
      kinds: tally(cases.map(({ kind }) => kind)),
      statuses: tally(cases.map(({ status }) => status)),
      channels: tally(cases.map(({ channel }) => channel)),
      breached: cases.filter(({ sla }) => sla.breached).length,
      messages: cases.reduce((sum, { messages }) => sum + messages.totalCount, 0),
    };
  }
  async function consents(): Promise<Record<string, number>> {
    const entries = await graph.all(marketing, 'consents', 'action purpose', 'filter: { purpose: THIRD_PARTY }');
    return tally(entries.map(({ action }: { action: string }) => action));
  }

  it('goes in whole', () => {
    expect(first).toMatchObject({ code: 0, counts: { [FILE]: [6623, 6623, 0, 0, 0] } });
  });

  it('comes out as complaints with their words, channels and kept times', async () => {
    const found = await figures();
    expect(found.kinds).toEqual({ COMPLAINT: 6623 });
    expect(found).toEqual(countedFrom(rows));
    expect(found.messages).toBe(1532);
  });

  it('has the consents in the ledger: 1,532 given and 8 withdrawn', async () => {
    expect(await consents()).toEqual({ GRANTED: 1532, WITHDRAWN: 8 });
  });

  const ofComplainant = (subgraph: typeof service, selection: string) =>
    graph.customer(subgraph, 'cfpb-complaints', '3384392', selection);

  it('is whole in each row: who complained, of what, in their words, and how it ended', async () => {
    const row = rows.find((one) => one['Complaint ID'] === '3384392') ?? {};
    expect(await ofComplainant(identity, 'displayName kind addresses { lines postalCode country }')).toEqual({
      displayName: 'Complainant of complaint 3384392',
      kind: 'PERSON',
      addresses: [{ lines: ['FL'], postalCode: '335XX', country: 'US' }],
    });
    const { cases, complaintCount } = await ofComplainant(
      service,
      `cases { nodes { id subject status resolution openedAt resolvedAt messages { nodes { author body sentAt } } } }
       complaintCount { value }`,
    );
    const [{ id, ...complaint }] = cases.nodes;
    expect(complaint).toEqual({
      subject: 'Attempts to collect debt not owed (TRANSWORLD SYSTEMS INC)',
      status: 'CLOSED',
      resolution: 'Closed with explanation',
      openedAt: '2019-09-24T04:00:00.000Z',
      resolvedAt: '2019-09-24T04:00:00.000Z',
      messages: {
        nodes: [{ author: 'CUSTOMER', body: row['Consumer complaint narrative'], sentAt: '2019-09-24T04:00:00.000Z' }],
      },
    });
    expect(complaintCount.value).toBe(1);
    const { timeline } = await ofComplainant(touchpoints, 'timeline { nodes { kind channel source { id } } }');
    expect(timeline.nodes).toEqual([{ kind: 'COMPLAINT', channel: 'WEB', source: { id } }]);
  });

  it('takes a changed copy: a withdrawal is a new entry of the ledger, and the old one stays', async () => {
    const header = Object.keys(rows[0] ?? {});
    const copy = rows.slice(1000, 1600).map((row) => ({ ...row }));
    const granted = copy.filter((row) => row[CONSENT] === 'Consent provided').slice(0, 3);
    for (const row of granted) row[CONSENT] = 'Consent withdrawn';
    const closed = copy.filter((row) => isClosed(row) && !granted.includes(row)).slice(0, 5);
    for (const row of closed) row['Company response to consumer'] = 'In progress';
    const added = rows.slice(0, 4).map((row, index) => ({ ...row, 'Complaint ID': `99${index}`, [CONSENT]: '' }));
    const changes: CsvCells[] = [
      { 'Date received': '13/13/2019' },
      { 'Submitted via': 'Pigeon' },
      { 'Complaint ID': '' },
    ];
    const broken = changes.map((change) => ({ ...rows[0], 'Complaint ID': 'b', ...change }));
    const cells = (row: CsvCells) => header.map((name) => row[name] ?? '');
    const text = formatCsv(header, [...broken, ...copy, ...added].map(cells), '|');
    writeFileSync(join(graph.folder, FILE), Buffer.from(`\uFEFF${text}`, 'utf16le'));
    const mapping = join(graph.folder, 'cfpb.yaml');
    writeFileSync(
      mapping,
      readFileSync(MAPPING, 'utf8').replace('key: Complaint ID', "key: Complaint ID\n    csv: { delimiter: '|' }"),
    );

    const run = await graph.import(mapping, graph.folder);
    expect(run.counts[FILE]).toEqual([607, 4, 8, 592, 3]);
    expect(run.rejects).toMatchObject([
      { line: '2', column: 'Date received', value: '13/13/2019', reason: expect.stringContaining('is not a date') },
      { column: 'Submitted via', value: 'Pigeon', reason: expect.stringContaining('is none of Web, Phone') },
      { column: 'Complaint ID', value: '', reason: expect.stringContaining('is missing') },
    ]);
    expect(await consents()).toEqual({ GRANTED: 1532, WITHDRAWN: 11 });

    const now = new Map(rows.map((row) => [row['Complaint ID'], row]));
    for (const row of [...copy, ...added]) now.set(row['Complaint ID'], row);
    expect(await figures()).toEqual(countedFrom([...now.values()]));
    const again = await graph.import(mapping, graph.folder);
    expect(again.counts[FILE]).toEqual([607, 0, 0, 604, 3]);
  });
});
