import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { type CsvCells, formatCsv, parseCsv, tally } from '../support/csvRows.js';
import { type ImportGraph, sharedData, startImportGraph } from '../support/importGraph.js';
import type { ImportRun } from '../support/runImport.js';

const MAPPING = 'seed/mappings/womens-clothing-reviews.yaml';
const { path, present, title } = sharedData('womens-clothing-reviews');

interface Review {
  rating: number;
  recommended: boolean;
  title: string | null;
  text: string | null;
  estimatedReach: number;
}

/** What GraphQL must say, counted from the rows. */
function countedFrom(rows: readonly CsvCells[]) {
  return {
    ratings: tally(rows.map(({ Rating = '' }) => Rating)),
    recommended: rows.filter((row) => row['Recommended IND'] === '1').length,
    withoutTitle: rows.filter((row) => row.Title === '').length,
    withoutText: rows.filter((row) => row['Review Text'] === '').length,
    reach: rows.reduce((sum, row) => sum + Number(row['Positive Feedback Count']), 0),
  };
}

(present ? describe : describe.skip)(title, () => {
  const rows = present ? parseCsv(readFileSync(join(path, 'reviews.csv'), 'utf8')) : [];
  let graph: ImportGraph;
  let first: ImportRun;
  beforeAll(async () => {
    graph = await startImportGraph(feedback, marketing);
    first = await graph.import(MAPPING, path);
  });
  afterAll(() => graph.stop());

  async function figures() {
    const reviews: Review[] = await graph.all(feedback, 'reviews', 'rating recommended title text estimatedReach');
    return {
      ratings: tally(reviews.map(({ rating }) => String(rating))),
      recommended: reviews.filter(({ recommended }) => recommended).length,
      withoutTitle: reviews.filter((review) => review.title === null).length,
      withoutText: reviews.filter(({ text }) => text === null).length,
      reach: reviews.reduce((sum, { estimatedReach }) => sum + estimatedReach, 0),
    };
  }

  it('goes in whole, and comes out as 1,000 reviews', async () => {
    expect(first).toMatchObject({ code: 0, counts: { 'reviews.csv': [1000, 1000, 0, 0, 0] } });
    expect(await figures()).toEqual(countedFrom(rows));
  });

  it('knows of each reviewer what the row says', async () => {
    const { reviews } = await graph.customer(
      feedback,
      'womens-clothing-reviews',
      '2',
      'reviews { nodes { rating title text recommended site } }',
    );
    const [review] = reviews.nodes;
    expect(review).toEqual({
      rating: 3,
      title: 'Some major design flaws',
      text: rows[2]?.['Review Text'],
      recommended: false,
      site: 'web shop',
    });
    const { traits } = await graph.customer(
      marketing,
      'womens-clothing-reviews',
      '0',
      'traits(orderBy: NAME_ASC) { nodes { name value } }',
    );
    expect(traits.nodes).toEqual([
      { name: 'age', value: '33' },
      { name: 'reviewed_class', value: 'Intimates / Intimate / Intimates' },
    ]);
  });

  it('takes a changed copy, also with a name for its first column', async () => {
    const header = ['review number', ...Object.keys(rows[0] ?? {}).slice(1)];
    const copy = rows.slice(0, 300).map((row) => ({ ...row }));
    for (const row of copy.slice(10, 20)) row.Rating = row.Rating === '1' ? '2' : '1';
    for (const row of copy.slice(20, 23)) row['Recommended IND'] = row['Recommended IND'] === '1' ? '0' : '1';
    const added = copy.slice(0, 7).map((row, index) => ({ ...row, '': `new ${index}` }));
    const changes: CsvCells[] = [{ Rating: '6' }, { 'Recommended IND': 'maybe' }, { Title: 'x'.repeat(201) }];
    const broken = changes.map((change, index) => ({ ...rows[0], '': `b${index}`, ...change }));
    const cells = (row: CsvCells) => ['', ...header.slice(1)].map((name) => row[name] ?? '');
    writeFileSync(
      join(graph.folder, 'reviews.csv'),
      formatCsv(header, [...copy, ...broken, ...added].map(cells), '\t'),
    );
    const mapping = join(graph.folder, 'reviews.yaml');
    writeFileSync(
      mapping,
      readFileSync(MAPPING, 'utf8').replace('key: review', 'key: review\n    csv: { delimiter: tab }'),
    );

    const run = await graph.import(mapping, graph.folder);
    expect(run.counts['reviews.csv']).toEqual([310, 7, 13, 287, 3]);
    expect(run.rejects).toMatchObject([
      { column: 'Rating', value: '6', reason: expect.stringContaining('is not from 1 to 5') },
      { column: 'Recommended IND', value: 'maybe', reason: expect.stringContaining('is neither') },
      { column: 'Title', reason: expect.stringContaining('has more than 200 characters') },
    ]);
    expect(await figures()).toEqual(countedFrom([...copy, ...rows.slice(300), ...added]));
    const again = await graph.import(mapping, graph.folder);
    expect(again.counts['reviews.csv']).toEqual([310, 0, 0, 307, 3]);
  });
});
