import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFolder, plainEnvironment } from '../support/startHarness.js';
import { startProduct } from '../support/startProduct.js';

/** Much of it is compiled and checked anew, as for anybody who does this. */
const LIMIT_MS = 240_000;

let copy = '';
let before: ReadonlyMap<string, string>;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'customer360-team-'));
  for (const file of projectFiles(process.cwd())) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  cpSync('dist', join(copy, 'dist'), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  before = digests();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What git would have of a project, without what is made from it. */
function projectFiles(folder: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: folder });
  return listed.toString().trim().split('\n');
}

function digests(): Map<string, string> {
  const files = execFileSync('find', ['.', '-type', 'f', '-not', '-path', './dist/*', '-not', '-path', './.data/*'], {
    cwd: copy,
  });
  const digestOf = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(copy, file)))
      .digest('hex');
  return new Map(
    files
      .toString()
      .trim()
      .split('\n')
      .sort()
      .map((file) => [file, digestOf(file)]),
  );
}

/** Runs a command in the copy as a newcomer would; resolves with what it printed and how it ended. */
function npm(...args: string[]): Promise<{ code: number; output: string }> {
  const env = plainEnvironment();
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 }, (error, output, errors) =>
      resolve({ code: error ? Number(error.code) : 0, output: output + errors }),
    );
  });
}

describe('a team of its own', () => {
  it(
    'makes a subgraph by one command, which passes all checks and its own tests and is on the customer; and takes it away again',
    async () => {
      const made = await npm('run', 'new:subgraph', '--', 'loyalty', '--owner', 'club');
      expect(made).toMatchObject({ code: 0, output: expect.stringContaining('loyalty is there') });
      const checked = await npm('run', 'check');
      expect(checked.code === 0 ? 'ok' : checked.output).toBe('ok');
      const tested = await npm('test', '--', 'test/subgraphs/loyalty.test.ts', 'test/unit/compose.test.ts');
      expect(tested.code === 0 ? 'ok' : tested.output).toBe('ok');

      const folder = openFolder();
      const product = await startProduct(folder.path, ['--customers', '3'], {}, copy);
      try {
        const query = `{ customers(first: 3) { nodes { id loyaltyPoints loyaltyEntries(first: 1) { totalCount nodes { kind } } } } }`;
        const { data, errors } = await product.ask(query);
        expect(errors).toBeUndefined();
        expect(data.customers.nodes).toHaveLength(3);
        expect(data.customers.nodes[0]).toMatchObject({ loyaltyPoints: 60, loyaltyEntries: { totalCount: 3 } });
      } finally {
        await product.stop();
        folder.remove();
      }

      const file = join(copy, 'subgraphs/loyalty/loaders.ts');
      const written = readFileSync(file, 'utf8');
      writeFileSync(file, `${written}\n/** Mine. */\n`);
      const refused = await npm('run', 'new:subgraph', '--', 'loyalty', '--remove');
      expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('loaders.ts') });
      writeFileSync(file, written);
      expect(await npm('run', 'new:subgraph', '--', 'loyalty', '--remove')).toMatchObject({ code: 0 });
      expect(digests()).toEqual(before);
    },
    LIMIT_MS,
  );

  it(
    'cannot take a name that is taken or will not do, and is told what to do instead',
    async () => {
      for (const [name, reason] of [
        ['sales', /there is a subgraph "sales" already/],
        ['Loyalty', /3 to 30 lower case letters/],
        ['kit', /will not do/],
      ] as const) {
        expect(await npm('run', 'new:subgraph', '--', name)).toMatchObject({
          code: 2,
          output: expect.stringMatching(reason),
        });
      }
      expect(digests()).toEqual(before);
    },
    LIMIT_MS,
  );
});
