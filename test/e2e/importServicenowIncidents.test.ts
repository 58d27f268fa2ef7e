import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { type CsvCells, formatCsv, parseCsv, tally } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/servicenow-incidents.yaml';
const FILE = 'incident_event_log.first2500.csv';
const { path, present, title } = sharedData('servicenow-incidents');

const STATUS: Record<string, string> = {
  'Awaiting User Info': 'AWAITING_CUSTOMER',
  Resolved: 'RESOLVED',
  Closed: 'CLOSED',
};
const statusOf = (row: CsvCells) => STATUS[row.ident_state ?? ''] ?? 'OPEN';
const isOver = (status: string) => status === 'RESOLVED' || status === 'CLOSED';

/** `29/2/2016 01:16` as text that sorts. */
function moment(text = ''): string {
  const [, day = '', month = '', year = '', time = ''] = /^(\d+)\/(\d+)\/(\d+) (.*)$/.exec(text) ?? [];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${time}`;
}

const order = (row: CsvCells) => `${moment(row.sys_updated_at)} ${(row.sys_mod_count ?? '').padStart(5, '0')}`;

/** The events of each incident, in order. */
function incidentsOf(rows: readonly CsvCells[]): CsvCells[][] {
  const incidents = new Map<string, CsvCells[]>();
  for (const row of rows) {
    const { number = '' } = row;
    incidents.set(number, [...(incidents.get(number) ?? []), row]);
  }
  return [...incidents.values()].map((events) => events.toSorted((one, other) => (order(one) < order(other) ? -1 : 1)));
}

/** The statuses of an incident, each that is another than the one before. */
const statusesOf = (events: readonly CsvCells[]) =>
  events.map(statusOf).filter((status, index, all) => status !== all[index - 1]);

const reopenings = (statuses: readonly string[]) =>
  statuses.filter((status, index) => !isOver(status) && isOver(statuses[index - 1] ?? '')).length;

/** What GraphQL must say, counted from the rows by other code than the importer's. */
function countedFrom(rows: readonly CsvCells[]) {
  const incidents = incidentsOf(rows);
  const last = incidents.map((events) => events.at(-1) ?? {});
  const histories = incidents.map(statusesOf);
  return {
    cases: incidents.length,
    statuses: tally(last.map(statusOf)),
    assigned: last.filter((row) => row.assigned_to !== '?').length,
    changes: histories.flat().length,
    reopenings: histories.reduce((sum, statuses) => sum + reopenings(statuses), 0),
    callers: new Set(rows.map((row) => row.caller_id)).size,
  };
}

interface Incident {
  status: string;
  assignee: { id: string } | null;
  sla: { breached: boolean };
  statusChanges: { nodes: { fromStatus: string | null; toStatus: string }[] };
}

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, FILE), 'utf8')) : [];
  let graph: ImportGraph;
  let first: ImportRun;
  /** After the first import; a test that imports more asks anew. */
  let original: Incident[];
  beforeAll(async () => {
    graph = await startImportGraph(service);
    first = await graph.import(MAPPING, path);
    original = await incidents();
  });
  afterAll(() => graph.stop());

  const incidents = (): Promise<Incident[]> =>
    graph.all(
      service,
      'cases',
      'status assignee { id } sla { breached } statusChanges(first: 50) { nodes { fromStatus toStatus } }',
    );
  async function figures(cases: readonly Incident[]) {
    const steps = cases.flatMap(({ statusChanges }) => statusChanges.nodes);
    const { customers } = await graph.ask(identity, '{ customers { totalCount } }');
    return {
      cases: cases.length,
      statuses: tally(cases.map(({ status }) => status)),
      assigned: cases.filter(({ assignee }) => assignee !== null).length,
      changes: steps.length,
      reopenings: steps.filter(({ fromStatus, toStatus }) => isOver(fromStatus ?? '') && !isOver(toStatus)).length,
      callers: customers.totalCount,
    };
  }

  it('folds 17,667 events into 2,500 cases with their assignees, histories and reopenings', async () => {
    expect(first).toMatchObject({ code: 0, counts: { [FILE]: [17667, 17667, 0, 0, 0] } });
    const found = await figures(original);
    expect(found).toEqual(countedFrom(rows));
    expect(found).toMatchObject({ cases: 2500, statuses: { CLOSED: 2500 }, assigned: 1965, callers: 1469 });
    expect(found.reopenings).toBeGreaterThan(0);
  });

  it('says of each case whether its agreement was kept, as the export does', async () => {
    const kept = incidentsOf(rows).filter((events) => events.at(-1)?.made_sla === 'true').length;
    expect(original.filter(({ sla }) => !sla.breached).length).toBe(kept);
    for (const { status, statusChanges } of original) {
      // Each step goes on from where another came to; two of the same minute have no order.
      const left = statusChanges.nodes.map(({ fromStatus }) => fromStatus ?? 'nothing');
      const reached = statusChanges.nodes.map(({ toStatus }) => toStatus);
      expect(tally([...left, status])).toEqual(tally(['nothing', ...reached]));
    }
  });

  it('is whole for an incident: who called, who took it, when it was resolved and how it went', async () => {
    const { cases } = await graph.customer(
      service,
      'servicenow-incidents',
      '2403',
      `cases(first: 50) { nodes { subject kind channel priority status openedAt resolvedAt
        statusChanges { nodes { fromStatus toStatus changedAt } } } }`,
    );
    expect(cases.nodes.find(({ subject }: { subject: string }) => subject.includes('0000045'))).toEqual({
      subject: 'Category 55, subcategory 170, symptom 72 (0000045)',
      kind: 'PROBLEM',
      channel: 'PHONE',
      priority: 'NORMAL',
      status: 'CLOSED',
      openedAt: '2016-02-29T01:16:00.000Z',
      resolvedAt: '2016-02-29T11:29:00.000Z',
      statusChanges: {
        nodes: [
          { fromStatus: null, toStatus: 'OPEN', changedAt: '2016-02-29T01:23:00.000Z' },
          { fromStatus: 'OPEN', toStatus: 'RESOLVED', changedAt: '2016-02-29T08:53:00.000Z' },
          { fromStatus: 'RESOLVED', toStatus: 'CLOSED', changedAt: '2016-03-05T12:00:00.000Z' },
        ],
      },
    });
  });

  it('takes a changed copy: a later log that goes on, with broken rows and its events in any order', async () => {
    const chosen = incidentsOf(rows).slice(0, 60);
    const copy = chosen.flat().map((row) => ({ ...row }));
    const byNumber = (number: string) => copy.filter((row) => row.number === number);
    // Ten incidents go on: they are reopened after they were closed.
    const continued = chosen.slice(0, 10).map((events) => ({
      ...events.at(-1),
      ident_state: 'Active',
      sys_mod_count: '900',
      sys_updated_at: '1/1/2017 10:00',
    }));
    const added = byNumber(chosen[20]?.[0]?.number ?? '').map((row) => ({ ...row, number: 'NEW1' }));
    const [pattern = {}] = copy;
    const broken = [
      { ...pattern, number: 'B1', sys_updated_at: '2016-02-29' },
      { ...pattern, number: 'B2', ident_state: 'Lost' },
      { ...pattern, number: '' },
    ];
    const good: CsvCells[] = [...copy, ...continued, ...added];
    const header = readFileSync(join(path, FILE), 'utf8').split(/\r?\n/)[0]?.split(',') ?? [];
    const cells = (row: CsvCells) =>
      header.map((name, index) => row[header.indexOf(name) < index ? `${name} (${index + 1})` : name] ?? '');
    const lines = [...good.toReversed(), ...broken].map(cells);
    writeFileSync(join(graph.folder, FILE), Buffer.from(`\uFEFF${formatCsv(header, lines, ';')}`, 'utf16le'));
    const mapping = join(graph.folder, 'servicenow.yaml');
    const text = readFileSync(MAPPING, 'utf8').replaceAll(/^ {4}key: /gm, "    csv: { delimiter: ';' }\n    key: ");
    writeFileSync(mapping, text);

    const run = await graph.import(mapping, graph.folder);
    const [read, , , unchanged = 0, rejected] = run.counts[FILE] ?? [];
    expect([read, rejected]).toEqual([good.length + 3, 3]);
    expect(unchanged).toBeGreaterThan(good.length / 2);
    expect(run.rejects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ column: 'sys_updated_at', value: '2016-02-29' }),
        expect.objectContaining({ column: 'incident_state', value: 'Lost' }),
        expect.objectContaining({ column: 'number', value: '' }),
      ]),
    );
    const others = rows.filter(({ number }) => !good.some((row) => row.number === number));
    expect(await figures(await incidents())).toEqual(countedFrom([...good, ...others]));
    const again = await graph.import(mapping, graph.folder);
    expect(again.counts[FILE]).toEqual([good.length + 3, 0, 0, good.length, 3]);
  });
});
