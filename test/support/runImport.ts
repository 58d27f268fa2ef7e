import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importCommand } from '../../seed/import/importCommand.js';
import { ownClock } from './ownClock.js';

export interface ImportRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Summary by file: read, inserted, updated, unchanged, rejected; and erased, where there are any. */
  readonly counts: Readonly<Record<string, number[]>>;
}

const SUMMARY =
  /^(\S+): (\d+) read = (\d+) written \((\d+) inserted \+ (\d+) updated\) \+ (\d+) unchanged \+ (\d+) rejected(?: \+ (\d+) erased)?$/gm;

/**
 * Runs the command in this process, from its command line to its exit code: loading the subgraphs takes a process of its own seconds.
 * @param environment besides PATH; without DATABASE_URL the command uses a Postgres of its own
 * @throws when a summary does not add up
 */
export async function runImport(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd = '.',
): Promise<ImportRun> {
  let [out, err] = ['', ''];
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const code = await importCommand({
      args,
      env: { PATH: process.env.PATH, ...environment },
      stdout: { isTTY: false, columns: 0, write: (text) => (out += text) },
      stderr: { isTTY: false, columns: 0, write: (text) => (err += text) },
      signal: new AbortController().signal,
    });
    return { code, out, err, counts: countsIn(out) };
  } finally {
    process.chdir(before);
  }
}

/**
 * Runs the command as `npm run import` does, in a process of its own: there large files take half the time. See `runImport`.
 * @param started told of the process while it runs
 */
export async function spawnImport(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd = '.',
  started: (child: ChildProcess) => Promise<void> = async () => undefined,
): Promise<ImportRun> {
  const child = spawn(process.execPath, [resolve('dist/seed/import/main.js'), ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...ownClock(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await Promise.all([once(child, 'close'), started(child)]);
  return { code: child.exitCode, out, err, counts: countsIn(out) };
}

/** @throws when a summary does not add up */
function countsIn(out: string): ImportRun['counts'] {
  const counts: Record<string, number[]> = {};
  for (const [line, file = '', ...numbers] of out.matchAll(SUMMARY)) {
    const [read = 0, written = 0, inserted = 0, updated = 0, ...others] = numbers.filter(Boolean).map(Number);
    if (written !== inserted + updated || read !== others.reduce((sum, number) => sum + number, written))
      throw new Error(`wrong sum: ${line}`);
    counts[file] = [read, inserted, updated, ...others];
  }
  return counts;
}

/** The rows of a rejects file, each as its text, without the header; undefined when there is no such file. */
export function readRejects(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split(/\n(?=[\w-]+\.csv,\d+,)/)
    .slice(1);
}
