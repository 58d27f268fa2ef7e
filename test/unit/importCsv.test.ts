import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCsv } from '../../seed/import/readCsv.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'customer360-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string | Uint8Array, options: { delimiter?: string; encoding?: string } = {}) {
  const path = join(folder, 'a.csv');
  writeFileSync(path, content);
  const rows: [number, ...string[]][] = [];
  for await (const { line, cells } of readCsv(path, { delimiter: ',', quote: '"', encoding: 'utf-8', ...options })) {
    rows.push([line, ...cells]);
  }
  return rows;
}

describe('readCsv', () => {
  it.each(['\n', '\r\n'])(
    'knows the line of each row, with quoted line breaks and empty lines, for %j',
    async (end) => {
      const lines = ['a,b', '1,"x', 'y"', '', '2,z', '3,"p', '', 'q"', '4,"say ""hi"""', '', '', '5,last'];
      expect(await read(lines.join(end))).toEqual([
        [1, 'a', 'b'],
        [2, '1', `x${end}y`],
        [5, '2', 'z'],
        [6, '3', `p${end}${end}q`],
        [9, '4', 'say "hi"'],
        [12, '5', 'last'],
      ]);
    },
  );

  it('takes a byte order mark, another delimiter and a quote inside of a cell', async () => {
    expect(await read('\uFEFFa;b\n5" pipe;x\n', { delimiter: ';' })).toEqual([
      [1, 'a', 'b'],
      [2, '5" pipe', 'x'],
    ]);
  });

  it('reads another encoding', async () => {
    const latin = Buffer.from('a\nMüller\n', 'latin1');
    expect(await read(latin, { encoding: 'windows-1252' })).toEqual([
      [1, 'a'],
      [2, 'Müller'],
    ]);
    await expect(read(latin)).rejects.toThrow(/a\.csv: line 2 is not utf-8; .*encoding: windows-1252/);
  });

  it('finds the wrong line in a file of many chunks', async () => {
    const lines = Buffer.from('ä,ö,ü\n'.repeat(40_000));
    await expect(read(Buffer.concat([lines, Buffer.from([0xff, 10])]))).rejects.toThrow('line 40001 is not utf-8');
  });

  it('names the line of a quote that is never closed', async () => {
    await expect(read('a,b\n1,2\n3,"4\n5,6\n')).rejects.toThrow(/a quote that opens on line 3 or soon after/);
  });
});
