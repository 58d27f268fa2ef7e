import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { type CsvCells, formatCsv, parseCsv, tally } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/bank-marketing.yaml';
const FILE = 'bank-additional.csv';
const { path, present, title } = sharedData('bank-marketing');

/** The traits by the columns that they are made from, and what these say when they say nothing. */
const TRAITS: Record<string, [column: string, missing: string]> = {
  age: ['age', ''],
  occupation: ['job', 'unknown'],
  marital_status: ['marital', 'unknown'],
  education: ['education', 'unknown'],
  credit_in_default: ['default', 'unknown'],
  housing_loan: ['housing', 'unknown'],
  personal_loan: ['loan', 'unknown'],
  called_on: ['contact', ''],
  calls_in_campaign: ['campaign', ''],
  calls_before: ['previous', ''],
  days_since_last_call: ['pdays', '999'],
  previous_outcome: ['poutcome', 'nonexistent'],
  term_deposit: ['conversion', ''],
};

/** What GraphQL must say, counted from the rows. */
function countedFrom(rows: readonly CsvCells[]) {
  const answered = rows.filter(({ conversion }) => conversion === 'yes').length;
  return {
    customers: rows.length,
    touchpoints: rows.length,
    exposures: { RESPONDED: answered, SENT: rows.length - answered },
    traits: Object.fromEntries(
      Object.entries(TRAITS).map(([name, [column, missing]]) => [
        name,
        rows.filter((row) => row[column] !== missing).length,
      ]),
    ),
  };
}

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, FILE), 'utf8'), ';') : [];
  let graph: ImportGraph;
  let first: ImportRun;
  beforeAll(async () => {
    graph = await startImportGraph(marketing, touchpoints);
    first = await graph.import(MAPPING, path);
  });
  afterAll(() => graph.stop());

  async function figures() {
    const aliases = Object.keys(TRAITS).map((name) => `${name}: traits(filter: { name: "${name}" }) { totalCount }`);
    const traits: [string, { totalCount: number }][] = Object.entries(
      await graph.ask(marketing, `{ ${aliases.join(' ')} }`),
    );
    const exposures = await graph.all(marketing, 'exposures', 'outcome');
    const { customers } = await graph.ask(identity, '{ customers { totalCount } }');
    const contacts = await graph.ask(touchpoints, '{ touchpoints(filter: { channel: PHONE }) { totalCount } }');
    return {
      customers: customers.totalCount,
      touchpoints: contacts.touchpoints.totalCount,
      exposures: tally(exposures.map(({ outcome }: { outcome: string }) => outcome)),
      traits: Object.fromEntries(traits.map(([name, { totalCount }]) => [name, totalCount])),
    };
  }

  it('goes in whole, and comes out as 4,119 customers with their traits and contacts', async () => {
    expect(first).toMatchObject({ code: 0, counts: { [FILE]: [4119, 4119, 0, 0, 0] } });
    const found = await figures();
    expect(found).toEqual(countedFrom(rows));
    expect(found).toMatchObject({ customers: 4119, touchpoints: 4119, exposures: { RESPONDED: 451 } });
    // 803 do not say whether they are in default, and 3,959 were never called before.
    expect(found.traits).toMatchObject({ credit_in_default: 4119 - 803, days_since_last_call: 4119 - 3959 });
  });

  it('is whole for a client: who they are, what they were asked, and what came of it', async () => {
    const { traits, exposures } = await graph.customer(
      marketing,
      'bank-marketing',
      '1',
      `traits(first: 50) { nodes { name value } }
       exposures { nodes { outcome sentAt campaign { name channel } } }`,
    );
    expect(
      Object.fromEntries(traits.nodes.map((trait: { name: string; value: string }) => [trait.name, trait.value])),
    ).toEqual({
      age: '30',
      occupation: 'blue-collar',
      marital_status: 'married',
      education: 'basic.9y',
      credit_in_default: 'no',
      housing_loan: 'yes',
      personal_loan: 'no',
      called_on: 'cellular',
      calls_in_campaign: '2',
      calls_before: '0',
      term_deposit: 'no',
    });
    expect(exposures.nodes).toEqual([
      {
        outcome: 'SENT',
        sentAt: '2009-04-30T23:00:00.000Z',
        campaign: { name: 'Term deposit by telephone', channel: 'PHONE' },
      },
    ]);
    const { timeline } = await graph.customer(
      touchpoints,
      'bank-marketing',
      '1',
      'timeline { nodes { summary direction } }',
    );
    expect(timeline.nodes).toEqual([
      { summary: 'Called about a term deposit on a fri, call 2 of the campaign, 487 s', direction: 'OUTBOUND' },
    ]);
  });

  it('takes a changed copy that numbers its rows itself, in another order', async () => {
    const header = ['client', ...Object.keys(rows[0] ?? {})];
    const numbered: CsvCells[] = rows.slice(0, 400).map((row, index) => ({ ...row, client: String(index + 1) }));
    const bought = numbered.filter(({ conversion }) => conversion === 'no').slice(0, 7);
    for (const row of bought) row.conversion = 'yes';
    const forgotten = numbered.filter((row) => !bought.includes(row) && row.job !== 'unknown').slice(0, 5);
    for (const row of forgotten) row.job = 'unknown';
    const added = [5001, 5002, 5003].map((client) => ({ ...numbered[0], client: String(client) }));
    const broken = [
      { ...numbered[0], client: '6001', age: 'thirty' },
      { ...numbered[0], client: '6002', month: 'mai' },
      { ...numbered[0], client: '6003', conversion: 'yes', month: '' },
    ];
    const all: CsvCells[] = [...broken, ...[...numbered, ...added].toReversed()];
    const cells = (row: CsvCells) => header.map((name) => row[name] ?? '');
    writeFileSync(join(graph.folder, FILE), formatCsv(header, all.map(cells), ','));
    const mapping = join(graph.folder, 'bank.yaml');
    writeFileSync(
      mapping,
      readFileSync(MAPPING, 'utf8').replace("csv: { delimiter: ';' }", 'csv: { encoding: ascii }'),
    );

    const run = await graph.import(mapping, graph.folder);
    expect(run.counts[FILE]).toEqual([406, 3, 12, 388, 3]);
    expect(run.rejects).toMatchObject([
      { line: '2', column: 'age', value: 'thirty' },
      { line: '3', column: 'month', value: 'mai' },
      { line: '4', column: 'month', value: '' },
    ]);
    expect(await figures()).toEqual(countedFrom([...numbered, ...added, ...rows.slice(400)]));
    const again = await graph.import(mapping, graph.folder);
    expect(again.counts[FILE]).toEqual([406, 0, 0, 403, 3]);
  });
});
