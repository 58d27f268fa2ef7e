import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { type CsvCells, formatCsv, parseCsv } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/febrl-identity.yaml';
const { path, present, title } = sharedData('febrl-identity');

interface Person {
  id: string;
  displayName: string;
  externalIds: { id: string }[];
  addresses: { lines: string[]; city: string | null; postalCode: string | null }[];
}

const nameOf = (row: CsvCells) => [row.given_name, row.surname].filter((part) => part !== '').join(' ');

/** What they are called, by the keys of their rows. */
const names = (people: readonly Person[]) =>
  Object.fromEntries(people.map((person) => [person.externalIds[0]?.id, person.displayName]));

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, 'dataset1.csv'), 'utf8')) : [];
  let graph: ImportGraph;
  let first: ImportRun;
  beforeAll(async () => {
    graph = await startImportGraph(marketing);
    first = await graph.import(MAPPING, path);
  });
  afterAll(() => graph.stop());

  const persons = (): Promise<Person[]> =>
    graph.all(
      identity,
      'customers',
      'id displayName externalIds { id } addresses { lines city postalCode }',
      'filter: { kind: PERSON }',
    );

  it('goes in whole, and comes out as 1,000 persons of whom nobody was merged', async () => {
    expect(first).toMatchObject({ code: 0, counts: { 'dataset1.csv': [1000, 1000, 0, 0, 0] } });
    const people = await persons();
    expect(people.length).toBe(1000);
    expect(new Set(people.map(({ id }) => id)).size).toBe(1000);
    expect(names(people)).toEqual(Object.fromEntries(rows.map((row) => [row.rec_id, nameOf(row)])));
  });

  it('has their addresses and days of birth, but not the number that would give the duplicates away', async () => {
    const dup = await graph.customer(
      identity,
      'febrl',
      'rec-122-org',
      'displayName addresses { lines city postalCode }',
    );
    expect(dup).toEqual({
      displayName: 'lachlan berry',
      addresses: [{ lines: ['69 giblin street', 'killarney', 'qld'], city: 'bittern', postalCode: '4814' }],
    });
    const { traits } = await graph.customer(marketing, 'febrl', 'rec-122-org', 'traits { nodes { name value } }');
    expect(traits.nodes).toEqual([{ name: 'date_of_birth', value: '19990219' }]);
    const all = JSON.stringify([await persons(), await graph.all(marketing, 'traits', 'name value')]);
    expect(rows.filter(({ soc_sec_id: secret = '' }) => all.includes(secret))).toEqual([]);
  });

  it('takes a changed copy in another order, encoding and delimiter', async () => {
    const header = Object.keys(rows[0] ?? {}).filter((name) => name !== 'soc_sec_id');
    const copy = rows.slice(0, 200).map((row) => ({ ...row }));
    for (const row of copy.slice(0, 9)) row.surname = 'Müller';
    for (const row of copy.slice(20, 24)) row.suburb = row.suburb === 'wien' ? 'graz' : 'wien';
    const added = copy.slice(50, 53).map((row, index) => ({ ...row, rec_id: `new-${index}` }));
    const broken = [
      { ...rows[0], rec_id: '' },
      { ...rows[0], rec_id: 'b1', given_name: '', surname: '' },
      { ...rows[0], rec_id: 'b2', postcode: 'x'.repeat(21) },
    ];
    const cells = (row: CsvCells) => header.map((name) => row[name] ?? '');
    const text = formatCsv(header, [...[...copy, ...added].toReversed(), ...broken].map(cells), ';');
    writeFileSync(join(graph.folder, 'dataset1.csv'), Buffer.from(text, 'latin1'));
    const mapping = join(graph.folder, 'febrl.yaml');
    const dialect = "key: rec_id\n    csv: { delimiter: ';', encoding: windows-1252 }";
    writeFileSync(mapping, readFileSync(MAPPING, 'utf8').replace('key: rec_id', dialect));

    const run = await graph.import(mapping, graph.folder);
    expect(run.counts['dataset1.csv']).toEqual([206, 3, 13, 187, 3]);
    expect(run.rejects).toMatchObject([
      { column: 'rec_id', reason: expect.stringContaining('is missing') },
      { reason: expect.stringContaining('displayName needs a value') },
      { column: 'postcode', reason: expect.stringContaining('has more than 20 characters') },
    ]);
    const now = [...copy, ...rows.slice(200), ...added];
    expect(names(await persons())).toEqual(Object.fromEntries(now.map((row) => [row.rec_id, nameOf(row)])));
    const again = await graph.import(mapping, graph.folder);
    expect(again.counts['dataset1.csv']).toEqual([206, 0, 0, 203, 3]);
  });
});
