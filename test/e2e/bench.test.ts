import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);

const engine = (...args: string[]) =>
  run(process.execPath, ['dist/bench/main.js', 'engine', '--rounds', '1', '--requests', '2', ...args]);

test('the benchmark of the engine measures ours beside the stock gateway, and both give the same answers', async () => {
  const { stdout } = await engine('--graph', 'products', '--peers', 'stock,ours', '--concurrency', '2');
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.filter((row) => row.startsWith('| @apollo/gateway, stock'))).toHaveLength(1);
  expect(rows.filter((row) => row.startsWith('| Customer360'))).toHaveLength(1);
}, 60_000);

test('a peer that the benchmark does not know is named', async () => {
  await expect(engine('--peers', 'stock,nobody')).rejects.toThrow('"nobody" is not one of stock, hive');
}, 30_000);
