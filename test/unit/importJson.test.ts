import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TableFolder } from '../support/tableFolder.js';

let folder: TableFolder;
beforeAll(() => {
  folder = new TableFolder();
});
afterAll(() => folder.remove());

const json = (content: string, spec?: string) => folder.read('a.json', content, spec);

describe('a JSON file', () => {
  const orders = JSON.stringify(
    {
      total: 2,
      data: {
        other: [{ id: 9 }],
        'a/b': [
          { id: 'A', address: { city: 'Wien', geo: { lat: 48.2 } }, tags: ['x', 'y'], paid: true, note: null },
          { id: 'B', lines: [{ sku: 's1', n: 1 }, { sku: 's2' }], tags: [] },
        ],
      },
      more: [1],
    },
    undefined,
    1,
  );

  it('has the members of its records as columns, nested ones too, and the line of each record', async () => {
    expect(await json(orders, 'records: /data/a~1b, columns: { lines.1.sku: {} }')).toEqual([
      [0, ...'id address.city address.geo.lat tags paid note lines lines.1.sku'.split(' ')],
      [10, 'A', 'Wien', '48.2', '["x","y"]', 'true', '', '', ''],
      [25, 'B', '', '', '[]', '', '', '[{"sku":"s1","n":"1"},{"sku":"s2"}]', 's2'],
    ]);
  });

  it('keeps every digit of its numbers', async () => {
    expect(await json('[{"a":12345678901234567890.10,"b":1.5e3,"c":-0.00,"d":1E-2}]')).toEqual([
      [0, 'a', 'b', 'c', 'd'],
      [1, '12345678901234567890.10', '1500', '-0.00', '0.01'],
    ]);
  });

  it('may be of one line, longer than what is read at a time', async () => {
    const count = 20_000;
    const rows = await json(JSON.stringify(Array.from({ length: count }, (_, id) => ({ id, text: 'ä"\n\\u' }))));
    expect(rows).toHaveLength(count + 1);
    expect(rows[count]).toEqual([1, String(count - 1), 'ä"\n\\u']);
  });

  it.each([
    ['broken on a line', '[\n{"a":1},\n{"a":2,}\n]', '', /a\.json: line 3 is broken JSON: unexpected token/],
    ['cut off', '[{"a":1},{"a"', '', /a\.json is broken JSON: it ends in the middle/],
    ['no array', '{"data":[]}', '', /is no JSON array: say where in it the records are \(records: \/data\)/],
    ['without the array that is named', '{"data":[]}', 'records: /items', /has no \/items, where records says/],
    ['no array where one is named', '{\n"data":{}}', 'records: /data', /line 2: what records names is no JSON array/],
    ['of scalars', '[\n1]', '', /line 2 has a record that is no JSON object/],
    ['empty', '', '', /is empty; it must be a JSON array of records/],
    [
      'without a column that is named',
      '[{"mail":1}]',
      'columns: { email: {} }',
      /has no column email; it has mail; did you/,
    ],
  ])('is refused when it is %s', async (_what, content, spec, message) => {
    await expect(json(content, spec)).rejects.toThrow(message);
  });
});

describe('an NDJSON file', () => {
  it('has a record a line, whatever members each has', async () => {
    expect(await folder.read('a.jsonl', '{"a":1}\n\n{"b":{"c":2}}\r\n{"a":3,"b":{"c":4}}')).toEqual([
      [0, 'a', 'b.c'],
      [1, '1', ''],
      [3, '', '2'],
      [4, '3', '4'],
    ]);
  });

  it.each([
    ['broken', '{"a":1}\n{"a":}\n{"a":2}\n', /a\.ndjson: line 2 is broken JSON: expected a value/],
    ['cut off', '{"a":1}\n{"a"', /a\.ndjson is broken JSON: it ends in the middle/],
    ['of scalars', '{"a":1}\n17\n', /line 2 has a record that is no JSON object/],
  ])('is refused when it is %s', async (_what, content, message) => {
    await expect(folder.read('a.ndjson', content)).rejects.toThrow(message);
  });
});

describe('a packed file', () => {
  const rows = [
    [0, 'a', 'b'],
    [2, '1', 'x'],
  ];

  it('is unpacked, whatever it is called', async () => {
    expect(await folder.read('a.csv.gz', gzipSync('a,b\n1,x\n'))).toEqual(rows);
    expect(await folder.read('a.csv', gzipSync('\uFEFFa,b\n1,x\n'))).toEqual(rows);
    expect(await folder.read('a.tsv.gz', Buffer.concat([gzipSync('a\tb\n'), gzipSync('1\tx\n')]))).toEqual(rows);
    expect((await folder.read('a.json.gz', gzipSync('[{"a":1,"b":"x"}]'))).at(-1)).toEqual([1, '1', 'x']);
  });

  it('that is broken is refused', async () => {
    const packed = gzipSync('a,b\n1,x\n'.repeat(1000));
    await expect(folder.read('a.csv.gz', packed.subarray(0, -20))).rejects.toThrow(
      /a\.csv\.gz is broken gzip: unexpected end of file; fetch the file again/,
    );
    packed[20] = 0xff;
    await expect(folder.read('a.csv.gz', packed)).rejects.toThrow(/a\.csv\.gz is broken gzip/);
    await expect(folder.read('a.xlsx', Buffer.from('PK\u0003\u0004xxxxx'))).rejects.toThrow(
      /is a ZIP archive.*save the/,
    );
  });
});
