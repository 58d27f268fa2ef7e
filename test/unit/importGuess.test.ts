import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../seed/import/compileMapping.js';
import { draftMapping } from '../../seed/import/guess/draftMapping.js';
import { parseMapping } from '../../seed/import/mapping.js';
import { SourceFile } from '../../seed/import/SourceFile.js';
import { importTargets } from '../../seed/import/targets/all.js';
import { TableFolder } from '../support/tableFolder.js';

let folder: TableFolder;
beforeAll(() => {
  folder = new TableFolder();
});
afterAll(() => folder.remove());

async function draft(name: string, content: string | Uint8Array): Promise<string> {
  writeFileSync(join(folder.path, name), content);
  return draftMapping(join(folder.path, name), importTargets);
}

/** Reads a draft whose blanks are filled, and its file by it, to the end. @returns what each row writes */
async function load(text: string, blanks: readonly (readonly [blank: string, filled: string])[] = []) {
  let filled = text;
  for (const [blank, value] of blanks) filled = filled.replace(blank, value);
  expect(filled.replaceAll(/^#.*\n/gm, '')).not.toContain('FILL_IN');
  const plans = await compileMapping(parseMapping(filled, 'draft.yaml'), importTargets, 'draft.yaml');
  const [file] = await SourceFile.openAll(folder.path, plans);
  if (file === undefined) throw new Error('no file');
  const problems: string[] = [];
  let rows = 0;
  for await (const row of file.rows()) {
    rows += 1;
    const { draft: draftOf } = file.plan;
    const record = { events: [{ row, place: '' }] as const, problems: [] };
    problems.push(...draftOf(row, record, new Map()).problems.map((problem) => `${row.line}: ${problem.message}`));
  }
  return { rows, problems };
}

const lineOf = (text: string, start: string) =>
  text
    .split('\n')
    .find((line) => line.trim().startsWith(start))
    ?.trim();

describe('a draft of a mapping', () => {
  it('says how a spreadsheet of another country is written, and reads it', async () => {
    const csv = [
      'Kundenübersicht 2024',
      '',
      'Kundennr;Firma;E-Mail;Telefon;Umsatz;Seit;Aktiv',
      '0017;Huber & Söhne;office@huber.example;+43 1 234567;1.234,50 €;03.05.2019;ja',
      '0018;Nordwind;;+49 30 123456;99,00 €;24.12.2021;nein',
      '0019;Müller;m@mueller.example;n/a;-12.000,00 €;17.11.2022;ja',
    ].join('\r\n');
    const text = await draft('kunden.csv', Buffer.from(csv.replaceAll('€', '\u0080'), 'latin1'));
    expect(lineOf(text, 'csv:')).toBe("csv: { delimiter: ';', encoding: 'windows-1252' }");
    expect(lineOf(text, 'skipLines:')).toBe('skipLines: 2');
    expect(lineOf(text, 'key:')).toMatch(/^key: Kundennr #/);
    expect(lineOf(text, '- entity:')).toMatch(/^- entity: identity.Customer/);
    expect(lineOf(text, '#   Umsatz')).toMatch(/Umsatz: decimal; each different; for example 1\.234,50 €/);
    expect(lineOf(text, 'Telefon:')).toBe('Telefon: { missing: [ n/a ] }');
    const loaded = await load(text, [['displayName: { constant: FILL_IN }', 'displayName: Firma']]);
    expect(loaded).toEqual({ rows: 3, problems: [] });
  });

  it('finds the records of a JSON document, their customers and their times', async () => {
    const tickets = Array.from({ length: 30 }, (_, id) => ({
      id,
      subject: `Ticket ${id}`,
      status: id % 2 ? 'open' : 'closed',
      created_at: 1_500_000_000 + id * 1000,
      requester: { email: `p${id}@example.com` },
      tags: ['a'],
    }));
    const text = await draft('tickets.json.gz', gzipSync(JSON.stringify({ count: 30, data: { tickets } })));
    expect(lineOf(text, 'records:')).toBe("records: '/data/tickets'");
    expect(lineOf(text, 'customerId:')).toMatch(/^customerId: \{ match: \{ email: requester\.email \} \}/);
    expect(lineOf(text, 'openedAt:')).toBe('openedAt: { column: created_at, format: [ epochSeconds ] }');
    expect(lineOf(text, 'status:')).toMatch(/map: \{ closed: CLOSED, open: OPEN \} \} # one of OPEN AWAITING/);
    const loaded = await load(text, [
      ['kind: { constant: FILL_IN }', 'kind: { constant: PROBLEM }'],
      ['channel: { constant: FILL_IN }', 'channel: { constant: WEB }'],
    ]);
    // Nobody looked the customers up here.
    expect(loaded.problems.filter((problem) => !problem.includes('says the customer'))).toEqual([]);
    expect(loaded.rows).toBe(30);
  });

  it('reads the dump of a database without a header', async () => {
    const rows = ['1\tAnn\\\tLee\t1.5\t\\N', '2\tBob\t2.25\t2024-01-31 10:00:00', '3\tCid\t\\N\t2024-02-28 11:30:00'];
    const text = await draft('employees.tsv', rows.join('\n'));
    expect(lineOf(text, 'csv:')).toBe("csv: { quote: 'none', escape: '\\' }");
    expect(lineOf(text, 'header:')).toBe("header: 'none'");
    expect(lineOf(text, "'4':")).toMatch(/missing: \[ \\N \]/);
    expect(text).toContain('#   4: timestamp; 1 of 3 rows without');
    expect(await load(text, [['name: { constant: FILL_IN }', "name: '2'"]])).toEqual({ rows: 3, problems: [] });
  });

  it('leaves out the line that tells Excel the delimiter', async () => {
    const text = await draft('excel.csv', 'sep=;\r\nStaff No;Name\r\n1;Ann\r\n2;Bob\r\n');
    expect(lineOf(text, 'skipLines:')).toBe('skipLines: 1');
    expect(await load(text)).toEqual({ rows: 2, problems: [] });
  });

  it('names what only a person can decide', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, n) => `${n % 7},${n % 12}/${(n % 11) + 1}/2024,${n % 3 ? 999 : n},unknown,x,y`,
    );
    const text = await draft(
      'log.csv',
      `number,opened_at,days,state,category,category\n${rows.join('\n').replaceAll(',0/', ',1/')}`,
    );
    expect(text).toContain('# number comes more than once');
    expect(lineOf(text, '#   opened_at')).toMatch(/the dates fit d\/M\/yyyy and M\/d\/yyyy/);
    expect(lineOf(text, '#   days')).toMatch(/999 is 65 % of the values: if it means no value, say missing: \[999\]/);
    expect(lineOf(text, '#   state')).toMatch(/if unknown means no value/);
    expect(lineOf(text, 'category:')).toBe('category: { position: 5 }');
    expect(lineOf(text, 'rowNumber:')).toMatch(/^rowNumber: row/);
  });

  it('of a file that cannot be read says why', async () => {
    await expect(draft('empty.csv', '')).rejects.toThrow(/is empty; its first line must name its columns/);
    await expect(draft('x.xlsx', Buffer.from('PK\u0003\u0004..'))).rejects.toThrow(/is a ZIP archive/);
    await expect(draft('broken.json', '[{"a":1},{]')).rejects.toThrow(/broken\.json: line 1 is broken JSON/);
    await expect(draftMapping(join(folder.path, 'none.csv'), importTargets)).rejects.toThrow(/there is no file/);
  });
});
