import { createInterface } from 'node:readline/promises';
import type { DataSource } from 'typeorm';
import { withoutPassword } from '../../scripts/start/databaseAccess.js';
import type { Target } from './generate.js';
import { UsageError } from './options.js';

/** What a reset takes away of one subgraph. */
interface Doomed {
  readonly target: Target;
  readonly url: string;
  /** Names of the tables that have rows, with how many. */
  readonly counts: readonly (readonly [string, number])[];
}

async function count({ manager }: DataSource, table: string): Promise<number> {
  const [row] = await manager.query<{ n: string }[]>(`SELECT count(*) AS n FROM "${table}"`);
  return Number(row?.n ?? 0);
}

/** All tables of the subgraph but the record of its migrations: those of its entities, and what is kept about writes and events on them. */
async function tablesOf({ subgraph, dataSource }: Target): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename <> 'migration' ORDER BY tablename`,
    [subgraph.name],
  );
  return rows.map(({ name }) => name);
}

async function doomedOf(target: Target, url: string): Promise<Doomed> {
  const counts: [string, number][] = [];
  for (const table of await tablesOf(target)) {
    const rows = await count(target.dataSource, table);
    if (rows > 0) counts.push([table, rows]);
  }
  return { target, url, counts };
}

function inWords({ target, url, counts }: Doomed): string {
  const tables = counts.map(([table, rows]) => `${table} ${rows}`).join(', ');
  return `  ${target.subgraph.name} in ${withoutPassword(url)}: ${tables}`;
}

async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('--reset asks before it empties the tables; where nobody can answer, give --yes too');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

/** Emptying is refused by triggers where a table is append-only; they stand aside for this transaction. */
const GUARDS = `SELECT tgrelid::regclass::text AS table, tgname AS name FROM pg_trigger
  WHERE tgrelid = ANY($1::text[]::regclass[]) AND tgtype & 32 <> 0 AND NOT tgisinternal AND tgenabled <> 'D'`;

/** Numbers that were given (of cases and orders, and the order of touchpoints) are not given again. */
async function empty(target: Target): Promise<void> {
  const tables = (await tablesOf(target)).map((table) => `"${table}"`);
  await target.dataSource.transaction(async (manager) => {
    await manager.query(`SET LOCAL lock_timeout = '30s'`);
    const guards = await manager.query<{ table: string; name: string }[]>(GUARDS, [tables]);
    for (const { table, name } of guards) await manager.query(`ALTER TABLE ${table} DISABLE TRIGGER "${name}"`);
    await manager.query(`TRUNCATE ${tables.join(', ')}`);
    for (const { table, name } of guards) await manager.query(`ALTER TABLE ${table} ENABLE TRIGGER "${name}"`);
  });
}

/**
 * Empties all tables of the subgraphs, whoever filled them, after saying what will go and asking on the terminal.
 * @param urls the database of each target, in their order
 * @param sure do not ask
 * @param say told a line at a time
 * @returns whether it was done: not, when the answer was no
 * @throws UsageError when it would have to ask and there is no terminal
 */
export async function reset(
  targets: readonly Target[],
  urls: readonly string[],
  sure: boolean,
  say: (line: string) => void,
): Promise<boolean> {
  const all = await Promise.all(targets.map((target, index) => doomedOf(target, urls[index] ?? '')));
  const doomed = all.filter(({ counts }) => counts.length > 0);
  if (doomed.length === 0) {
    say('there is nothing to empty');
    return true;
  }
  const rows = doomed.flatMap(({ counts }) => counts).reduce((sum, [, n]) => sum + n, 0);
  say(`${rows} rows will be gone for good:`);
  for (const one of doomed) say(inWords(one));
  if (!sure && !(await agrees('seed: empty these tables? [y/N] '))) return false;
  for (const { target } of doomed) await empty(target);
  say(`emptied: ${rows} rows`);
  return true;
}
