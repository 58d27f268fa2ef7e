import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import { type CsvCells, formatCsv, parseCsv } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/nps-survey.yaml';
const { path, present, title } = sharedData('nps-survey');

/** 100 x (promoters - detractors) / n, to four decimals. */
function nps(rows: readonly CsvCells[]): number {
  const scores = rows.map(({ score }) => Number(score));
  const [promoters, detractors] = [scores.filter((score) => score > 8), scores.filter((score) => score < 7)];
  return Number(((100 * (promoters.length - detractors.length)) / scores.length).toFixed(4));
}

/** To two decimals. */
const near = (value: string) => Math.round(Number(value) * 100) / 100;

const problem = (line: string, column: string, reason: string) => ({
  line,
  column,
  reason: expect.stringContaining(reason),
});

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, 'nps_survey.csv'), 'utf8')) : [];
  let graph: ImportGraph;
  let first: ImportRun;
  beforeAll(async () => {
    graph = await startImportGraph(feedback, touchpoints);
    first = await graph.import(MAPPING, path);
  });
  afterAll(() => graph.stop());

  async function summary(period: object, compareTo?: object) {
    const query = `query ($period: FeedbackPeriodInput!, $compareTo: FeedbackPeriodInput) {
      npsSummary(period: $period, compareTo: $compareTo) {
        total { n nps } previous { n nps } change { nps mix rate againstEveryGroup larger }
        groups { key figures { n nps } previous { nps } } } }`;
    return (await graph.ask(feedback, query, { period, compareTo })).npsSummary;
  }
  const WHOLE = { from: '2017-01-01T00:00:00Z', to: '2019-01-01T00:00:00Z' };

  it('goes in whole', () => {
    expect(first).toMatchObject({ code: 0, counts: { 'nps_survey.csv': [20268, 20268, 0, 0, 0] } });
  });

  it('has the NPS that its rows have, as a whole and by group', async () => {
    const { total, groups } = await summary(WHOLE);
    expect({ n: total.n, nps: Number(total.nps) }).toEqual({ n: 20268, nps: nps(rows) });
    expect(Number(total.nps)).toBeCloseTo(10.859, 2);
    const byGroup = Object.fromEntries(
      groups.map(({ key, figures }: { key: string; figures: { nps: string } }) => [key, Number(figures.nps)]),
    );
    expect(byGroup).toEqual({
      admin: nps(rows.filter(({ is_admin: admin }) => admin === '1')),
      regular: nps(rows.filter(({ is_admin: admin }) => admin === '0')),
    });
  });

  it('shows that the total fell although both groups rose, because the mix changed', async () => {
    const july = { from: '2018-07-01T00:00:00Z', to: '2018-08-01T00:00:00Z' };
    const january = { from: '2017-01-01T00:00:00Z', to: '2017-02-01T00:00:00Z' };
    const { total, previous, change, groups } = await summary(july, january);
    expect([near(previous.nps), near(total.nps)]).toEqual([13, 10]);
    const moved = groups.map((group: { key: string; previous: { nps: string }; figures: { nps: string } }) => [
      group.key,
      near(group.previous.nps),
      near(group.figures.nps),
    ]);
    expect(Object.fromEntries(moved.map(([key, ...values]: [string, ...number[]]) => [key, values]))).toEqual({
      admin: [34.8, 42.05],
      regular: [-8.8, -2.16],
    });
    expect(change).toMatchObject({ againstEveryGroup: true, larger: 'MIX' });
    expect(Number(change.mix)).toBeLessThan(0);
    expect(Number(change.rate)).toBeGreaterThan(0);
    expect(Number(change.mix) + Number(change.rate)).toBeCloseTo(Number(change.nps), 3);
  });

  const ofRespondent = (subgraph: SubgraphDefinition, selection: string) =>
    graph.customer(subgraph, 'nps-survey', '1474', selection);

  it('knows each respondent by their number, with the response and the contact', async () => {
    expect(await ofRespondent(identity, 'displayName')).toEqual({ displayName: 'User 1474' });
    const at = '2017-01-01T00:46:09.000Z';
    const answered = { score: 9, respondentGroup: 'admin', respondedAt: at, kind: 'NPS' };
    const { responses } = await ofRespondent(
      feedback,
      'responses { nodes { id score respondentGroup respondedAt kind } }',
    );
    const [{ id, ...response }] = responses.nodes;
    expect(response).toEqual(answered);
    const { timeline } = await ofRespondent(
      touchpoints,
      'timeline { nodes { summary channel occurredAt source { type id } } }',
    );
    const words = 'Answered how likely they are to recommend us: 9 of 10';
    const source = { type: 'SurveyResponse', id };
    expect(timeline.nodes).toEqual([{ summary: words, channel: 'APP', occurredAt: at, source }]);
  });

  it('takes a changed copy: others, more, fewer, exchanged and broken rows', async () => {
    const columns = ['id', 'created_at', 'score', 'is_admin'];
    const cells = (row: CsvCells) => columns.map((column) => row[column] ?? '');
    // 2,000 rows are left, of which 40 have another score and 6 have exchanged their numbers.
    const copy = rows.slice(0, 2000).map((row) => ({ ...row }));
    for (const row of copy.slice(100, 140)) row.score = row.score === '3' ? '4' : '3';
    const exchanged = copy.slice(200, 206);
    const numbers = exchanged.map(({ id = '' }) => id);
    for (const [index, row] of exchanged.entries()) row.id = numbers[(index + 1) % numbers.length] ?? '';
    const added = Array.from({ length: 25 }, (_, index) => ({
      id: `new-${index}`,
      created_at: '2018-08-02T10:00:00+02:00',
      score: '10',
      is_admin: '0',
    }));
    const broken = [
      ['b1', '2018-08-02T10:00:00Z', '11', '0'],
      ['b2', '2018-08-02T10:00:00Z', '', '0'],
      ['b3', '2018-08-02T10:00:00Z', '5', '2'],
      ['b4', '02.08.2018', '5', '1'],
      ['', '2018-08-02T10:00:00Z', '5', '1'],
      ['new-0', '2018-08-02T10:00:00Z', '5', '1'],
    ];
    const text = formatCsv(
      columns,
      [...broken.slice(0, 5), ...[...copy, ...added].map(cells), ...broken.slice(5)],
      ';',
    );
    writeFileSync(join(graph.folder, 'nps_survey.csv'), Buffer.from(`\uFEFF${text}`, 'utf16le'));
    const mapping = join(graph.folder, 'nps.yaml');
    const original = readFileSync(MAPPING, 'utf8');
    writeFileSync(mapping, original.replace('key: id\n', "key: id\n    csv: { delimiter: ';' }\n"));

    const run = await graph.import(mapping, graph.folder);
    expect(run.counts['nps_survey.csv']).toEqual([2031, 25, 46, 1954, 6]);
    expect(run.rejects).toMatchObject([
      problem('2', 'score', 'is not from 0 to 10, the scale of NPS'),
      problem('3', 'score', 'is missing'),
      problem('4', 'is_admin', 'is none of 0, 1'),
      problem('5', 'created_at', 'is not a date'),
      problem('6', 'id', 'is missing'),
      problem('2032', 'id', 'has the same key as line 2007'),
    ]);

    const now = new Map(rows.map((row) => [row.id ?? '', row]));
    for (const row of [...copy, ...added]) now.set(row.id ?? '', row);
    const { total } = await summary(WHOLE);
    expect({ n: total.n, nps: Number(total.nps) }).toEqual({ n: 20293, nps: nps([...now.values()]) });

    const again = await graph.import(mapping, graph.folder);
    expect(again.counts['nps_survey.csv']).toEqual([2031, 0, 0, 2025, 6]);
  });
});
