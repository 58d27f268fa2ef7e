import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openFolder, plainEnvironment, run } from '../support/startHarness.js';
import { startProduct } from '../support/startProduct.js';
import { waitUntil } from '../support/waitUntil.js';

/** Much of it is compiled and checked anew, as for anybody who does this. */
const LIMIT_MS = 600_000;

let copy = '';
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=team', '-c', 'user.email=team@example.com', ...args], { cwd: copy }).toString();

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'customer360-team-'));
  for (const file of projectFiles(process.cwd())) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  // Made from the others and up to date, as they are for anybody who has run a command before.
  for (const made of ['dist', 'console/graph/operations.ts', 'console/graph/roles.ts'])
    cpSync(made, join(copy, made), { recursive: true });
  shareModules(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'before');
});
beforeEach(() => {
  git('reset', '--quiet', '--hard');
  git('clean', '--quiet', '--force', '-d');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/**
 * Hard links: to the compiler they are the copy's own, so that only what changes is compiled anew. On another file system a link to the folder, behind
 * which everything is.
 */
function shareModules(from: string, to: string): void {
  const { status } = spawnSync('cp', ['--archive', '--link', from, to], { stdio: 'ignore' });
  if (status === 0) return;
  rmSync(to, { recursive: true, force: true });
  symlinkSync(from, to);
}

/** What git would have of a project, without what is made from it. */
function projectFiles(folder: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: folder });
  return listed.toString().trim().split('\n');
}

/** What differs from before, by git; nothing when all is as it was. */
function changes(): string {
  return git('status', '--porcelain');
}

/** Runs a command in the copy as a newcomer would; resolves with what it printed and how it ended. The last argument may be variables. */
function npm(...given: (string | NodeJS.ProcessEnv)[]): Promise<Ended> {
  const args = given.filter((one) => typeof one === 'string');
  return ended('npm', args, Object.assign({}, ...given.filter((one) => typeof one === 'object')));
}

/** `npm run new:subgraph -- …` without compiling first, which nothing has made necessary. */
function newSubgraph(...args: string[]): Promise<Ended> {
  return ended(process.execPath, ['dist/scripts/newSubgraph/main.js', ...args]);
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

function ended(file: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { ...plainEnvironment(), ...more };
  return new Promise((resolve) => {
    execFile(file, [...args], { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 }, (error, output, errors) =>
      resolve({ code: error ? Number(error.code) : 0, output: output + errors }),
    );
  });
}

/** The commands of the guide, in its order, without `npm`. */
function guide(): string[][] {
  const text = readFileSync('docs/subgraph-guide.md', 'utf8');
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = '']) => commands.trim().split('\n'));
  return blocks.flat().map((command) => command.split(' ').slice(1));
}

/** Runs one command; it must end well. */
async function well(...args: string[]): Promise<string> {
  const { code, output } = await npm(...args);
  expect(code === 0 ? 'ok' : `npm ${args.join(' ')}: ${output}`).toBe('ok');
  return output;
}

/** `npm run dev -- loyalty`: its fields are on the customer, and a change of its code is there without a restart. */
async function develop(args: readonly string[]): Promise<void> {
  const folder = openFolder();
  const product = await startProduct(folder.path, ['--dev', ...args, '--customers', '3'], {}, copy);
  try {
    const query = '{ customers(first: 3) { nodes { id loyaltyPoints loyaltyEntries(first: 1) { totalCount } } } }';
    const { data, errors } = await product.ask(query);
    expect(errors).toBeUndefined();
    expect(data.customers.nodes).toHaveLength(3);
    expect(data.customers.nodes[0]).toMatchObject({ loyaltyPoints: 60, loyaltyEntries: { totalCount: 3 } });

    const edited = join(copy, 'subgraphs/loyalty/loaders.ts');
    const text = readFileSync(edited, 'utf8');
    writeFileSync(edited, text.replace('sum(points)::int', '(sum(points) + 1)::int'));
    await waitUntil(async () => {
      const again = await product.ask('{ customers(first: 1) { nodes { loyaltyPoints } } }');
      return again.data?.customers?.nodes[0]?.loyaltyPoints === 61;
    }, 60_000);
    writeFileSync(edited, text);
  } finally {
    await product.stop();
    folder.remove();
  }
}

/** `npm run contract`, against the example in another framework. */
async function holdContract(args: readonly string[]): Promise<void> {
  const SIGNING_KEY = 'a-key-of-this-test-with-32-characters';
  const example = run(process.execPath, ['docs/examples/stamps/server.mjs'], {
    env: { ...plainEnvironment(), SIGNING_KEY, PORT: '0' },
  });
  const [, url = ''] = await example.prints(/answers at (http:\S+)/);
  const output = await npm(...args.map((arg) => (arg.startsWith('http') ? url : arg)), { SIGNING_KEY });
  example.signal('SIGTERM');
  expect(output).toMatchObject({ code: 0, output: expect.stringContaining('the contract is kept') });
}

describe('a team of its own', () => {
  it(
    'gets from nothing to a field on the customer, and away again, by the commands of the guide',
    async () => {
      const commands = guide();
      expect(commands.length).toBeGreaterThan(8);
      for (const args of commands) {
        const [, command, , ...rest] = args;
        if (command === 'dev') await develop(rest);
        else if (command === 'contract') await holdContract(args);
        else await well(...args);
      }
      expect(changes()).toBe('');
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
        const refused = await newSubgraph(name);
        expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(reason) });
      }
      expect(changes()).toBe('');
    },
    LIMIT_MS,
  );

  it(
    'is not taken away when it was changed since, unless it says so',
    async () => {
      expect(await newSubgraph('points')).toMatchObject({ code: 0 });
      const file = join(copy, 'subgraphs/points/loaders.ts');
      writeFileSync(file, `${readFileSync(file, 'utf8')}\n/** Mine. */\n`);
      const refused = await newSubgraph('points', '--remove');
      expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('points/loaders.ts') });
      expect(await newSubgraph('points', '--remove', '--yes')).toMatchObject({ code: 0 });
      expect(changes()).toBe('');
    },
    LIMIT_MS,
  );
});
