import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CsvRow } from '../../seed/import/csvDialect.js';
import { readCsv } from '../../seed/import/readCsv.js';
import { TableFolder } from '../support/tableFolder.js';

let folder: TableFolder;
beforeAll(() => {
  folder = new TableFolder();
});
afterAll(() => folder.remove());

const read = (content: string | Uint8Array, spec?: string) => folder.read('a.csv', content, spec);

describe('a CSV file', () => {
  it.each(['\n', '\r\n', '\r'])(
    'has the line of each row that an editor shows, with quoted line breaks and empty lines, for %j',
    async (end) => {
      const lines = ['a,b', '1,"x', 'y"', '', '2,z', '3,"p', '', 'q"', '4,"say ""hi"""', '', '', '5,last'];
      expect(await read(lines.join(end))).toEqual([
        [0, 'a', 'b'],
        [2, '1', `x${end}y`],
        [5, '2', 'z'],
        [6, '3', `p${end}${end}q`],
        [9, '4', 'say "hi"'],
        [12, '5', 'last'],
      ]);
    },
  );

  it('may have line ends of several kinds', async () => {
    expect(await read('a,b\r\n1,x\n2,y\r\n3,z\r4,w')).toEqual([
      [0, 'a', 'b'],
      [2, '1', 'x'],
      [3, '2', 'y'],
      [4, '3', 'z'],
      [5, '4', 'w'],
    ]);
  });

  it('takes another delimiter, of several characters too, and a quote inside of a cell', async () => {
    expect(await read('a;b\n5" pipe;x\n', "csv: { delimiter: ';' }")).toEqual([
      [0, 'a', 'b'],
      [2, '5" pipe', 'x'],
    ]);
    expect(await read('a||b\n1||x|y\n', "csv: { delimiter: '||' }")).toEqual([
      [0, 'a', 'b'],
      [2, '1', 'x|y'],
    ]);
  });

  it('can be quoted otherwise, or not at all', async () => {
    expect(await read("a,b\n1,'it''s, so'\n", `csv: { quote: "'" }`)).toEqual([
      [0, 'a', 'b'],
      [2, '1', "it's, so"],
    ]);
    expect(await read('a,b\n1,"x\n2,y"\n', 'csv: { quote: none }')).toEqual([
      [0, 'a', 'b'],
      [2, '1', '"x'],
      [3, '2', 'y"'],
    ]);
  });

  it('is read in its encoding, and in that of its byte order mark', async () => {
    const rows = [
      [0, 'a'],
      [2, 'Müller'],
    ];
    expect(await read(Buffer.from('a\nMüller\n', 'latin1'), 'csv: { encoding: windows-1252 }')).toEqual(rows);
    expect(await read('\uFEFFa\nMüller\n')).toEqual(rows);
    const wide = Buffer.from('\uFEFFa\r\nMüller\r\n', 'utf16le');
    expect(await read(wide)).toEqual(rows);
    expect(await read(Buffer.from(wide).swap16())).toEqual(rows);
    expect(await read(wide.subarray(2), 'csv: { encoding: utf-16le }')).toEqual(rows);
  });

  it('in another encoding is refused with the line and the way out', async () => {
    await expect(read(Buffer.from('a\nMüller\n', 'latin1'))).rejects.toThrow(
      /a\.csv: line 2 is not utf-8; .*encoding: windows-1252/,
    );
    await expect(read(Buffer.from('a,b\n1,2\n', 'utf16le'))).rejects.toThrow(/looks like utf-16le.*encoding: utf-16le/);
    const lines = Buffer.from('ä,ö,ü\n'.repeat(40_000));
    await expect(read(Buffer.concat([lines, Buffer.from([0xff, 10])]))).rejects.toThrow('line 40001 is not utf-8');
  });

  it('with a quote that is never closed is refused with its line', async () => {
    await expect(read('a,b\n1,2\n3,"4\n5,6\n')).rejects.toThrow(/a quote that opens on line 3 or soon after/);
  });

  it('may have a cell of 4 MB and a row of 200 columns', async () => {
    const long = 'a line of the ""very"" long text\n'.repeat(130_000);
    const [, row, next] = await read(`a,b\n1,"${long}"\n2,z\n`);
    expect(row?.[2]).toHaveLength(long.length - 260_000);
    expect(next).toEqual([130_003, '2', 'z']);
    const header = Array.from({ length: 200 }, (_, index) => `c${index}`);
    const rows = await read(`${header.join()}\n${header.map((_, index) => index).join()}\n`, 'columns: { last: 200 }');
    expect(rows[0]?.slice(-2)).toEqual(['c198', 'last']);
    expect(rows[1]?.at(-1)).toBe('199');
  });

  it('of tabs needs no more than its name', async () => {
    expect(await folder.read('a.tsv', 'a\tb\n1,2\t"x\ty"\n')).toEqual([
      [0, 'a', 'b'],
      [2, '1,2', 'x\ty'],
    ]);
  });
});

describe('a dump with backslashes', () => {
  it('has delimiters, line breaks and backslashes in its cells, and the lines that an editor shows', async () => {
    const text = ['1\tone\\\ttab\\nnew\\\\n', '2\t\\N', '', '3\tbroken\\', 'line', '4\tC:\\\\temp', '5\t'].join('\n');
    expect(await read(text, `csv: { delimiter: tab, quote: none, escape: '\\' }, header: none`)).toEqual([
      [0, '1', '2'],
      [1, '1', 'one\ttab\nnew\\n'],
      [2, '2', '\\N'],
      [4, '3', 'broken\nline'],
      [6, '4', 'C:\\temp'],
      [7, '5', ''],
    ]);
  });

  it('may be quoted besides', async () => {
    const text = 'a,b\r\n"1","say \\"hi\\", ""x"""\r\n"2",\\N\r\n"3","x\ny"\r\n4,z';
    expect(await read(text, `csv: { escape: '\\' }`)).toEqual([
      [0, 'a', 'b'],
      [2, '1', 'say "hi", "x"'],
      [3, '2', '\\N'],
      [4, '3', 'x\ny'],
      [6, '4', 'z'],
    ]);
    await expect(read('a\n"1\n', `csv: { escape: '\\' }`)).rejects.toThrow(/line 2 or soon after is never closed/);
  });

  it.each([
    ['\\', '"0","a\\"b\\\\","c\r\n\\\r\nd"\r\n\r\n1,\\N,""""\r\n'],
    ['"', '"0","a""b\\","c\r\n\\\r\nd"\r\n\r\n1,\\N,""""\r\n'],
  ])('comes out the same wherever its pieces are cut, escaped by %s', async (escape, text) => {
    for (let size = 1; size <= text.length; size += 1) {
      const pieces = (async function* () {
        for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
      })();
      const rows: CsvRow[] = [];
      for await (const row of readCsv(pieces, { delimiter: ',', quote: '"', escape }, 'a.csv')) rows.push(row);
      expect(rows).toEqual([
        { line: 1, cells: ['0', 'a"b\\', escape === '"' ? 'c\r\n\\\r\nd' : 'c\r\n\r\nd'] },
        { line: 5, cells: ['1', '\\N', '"'] },
      ]);
    }
  });
});

describe('the columns of a file', () => {
  it('can be named by their position, where the header says them twice or not at all', async () => {
    const content = ' id ,category,category,\n1,x,y,z\n';
    expect(await read(content, 'columns: { id: {}, subcategory: { position: 3 }, note: 4 }')).toEqual([
      [0, 'id', 'category', 'subcategory', 'note'],
      [2, '1', 'x', 'y', 'z'],
    ]);
    expect(await read(content, 'columns: { category: 3 }')).toEqual([
      [0, 'id', 'category (2)', 'category', '(4)'],
      [2, '1', 'x', 'y', 'z'],
    ]);
  });

  it('can be named in place of the header, or where there is none', async () => {
    expect(await read('x,x\n1,2\n', 'header: [id, name]')).toEqual([
      [0, 'id', 'name'],
      [2, '1', '2'],
    ]);
    expect(await read('1,2\n3,4\n', 'header: none, columns: { name: 2 }')).toEqual([
      [0, '1', 'name'],
      [1, '1', '2'],
      [2, '3', '4'],
    ]);
    await expect(read('x,y,z\n', 'header: [id, name]')).rejects.toThrow(
      /has 3 columns, and header .* names 2: .*x, y, z/,
    );
    await expect(read('x,y\n', 'columns: { z: 3 }')).rejects.toThrow(/has 2 columns, and .* says that z is at 3/);
  });

  it('may stand below other lines', async () => {
    expect(await read('Report of May\n\nid,name\n1,Ann\n', 'skipLines: 2')).toEqual([
      [0, 'id', 'name'],
      [4, '1', 'Ann'],
    ]);
  });

  it('that are missing are told with those that may have been meant', async () => {
    const open = (columns: string) => read('Customer ID,E-Mail,,Name\n', `columns: { ${columns} }`);
    await expect(open('customer_id: {}, email: {}, Name: {}')).rejects.toThrow(
      /has no columns customer_id, email; it has .*; did you mean Customer ID by customer_id\?; did you mean E-Mail by email\?$/,
    );
    await expect(open('Phone: {}')).rejects.toThrow(/has no column Phone; it has Customer ID, E-Mail, \(3\), Name$/);
    await expect(read('a,b,a\n', 'columns: { a: {} }')).rejects.toThrow(/column a more than once.*a is at 1 and 3/);
  });
});
