import { randomBytes } from 'node:crypto';
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { Agent, request, setGlobalDispatcher } from 'undici';
import { startEmbeddedPostgres } from '../scripts/start/embeddedPostgres.js';
import { seedId } from '../seed/generate/seedId.js';
import { subgraphs } from '../subgraphs/all.js';
import { signedFor } from '../subgraphs/kit/contract/askSubject.js';
import { planFetches, type PlannedFetch } from './planFetches.js';
import { familyCpu, processCpu } from './processCpu.js';
import { quantile } from './quantile.js';
import { startProcess, type BenchProcess } from './startProcess.js';
import { UNLIMITED } from './unlimited.js';

export interface Customer360Options {
  readonly customers: number;
  /** Measured requests a round. */
  readonly requests: number;
  readonly rounds: number;
  readonly concurrency: number;
}

export const SEED = 360;
export const DATA = resolve('.data/bench');

interface Answer {
  readonly errors?: unknown;
}

export async function post(
  url: string,
  body: object,
  headersFor: (body: string) => Record<string, string> = () => ({}),
): Promise<number> {
  const text = JSON.stringify(body);
  const started = performance.now();
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersFor(text) },
    body: text,
  });
  const answer = (await response.body.json()) as Answer;
  if (response.statusCode !== 200 || answer.errors) throw new Error(JSON.stringify(answer).slice(0, 500));
  return performance.now() - started;
}

/** Customers in a random order that is the same in each run, so that runs can be compared. */
export function customerIds(customers: number): () => string {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return seedId(SEED, 'customer', state % customers);
  };
}

export async function load(url: string, query: string, next: () => string, requests: number, concurrency: number) {
  const times: number[] = [];
  let left = requests;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left > 0) {
        left -= 1;
        times.push(await post(url, { query, variables: { id: next() } }));
      }
    }),
  );
  return { times, seconds: (performance.now() - started) / 1000 };
}

function fetchBody({ query, ofCustomer }: PlannedFetch, id: string): object {
  return ofCustomer
    ? { query, variables: { representations: [{ __typename: 'Customer', id }] } }
    : { query, variables: { id } };
}

export const median = (values: readonly number[] | undefined) => quantile(values ?? [], 0.5);

export function line(name: string, values: Readonly<Record<string, string>>): void {
  const cells = Object.entries(values).map(([key, value]) => `${key} ${value}`);
  console.log(`${name.padEnd(22)} ${cells.join('   ')}`);
}

export const ms = (value: number) => `${value.toFixed(2)} ms`;

export async function seed(databaseUrl: string, customers: number): Promise<void> {
  const started = performance.now();
  const seeding = await runToEnd(
    'seed/generate/main.js',
    ['--customers', String(customers), '--seed', String(SEED), '--if-empty'],
    databaseUrl,
  );
  if (seeding !== 0) throw new Error('the seed failed');
  console.log(`seeded or found ${customers} customers in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

function runToEnd(script: string, args: readonly string[], databaseUrl: string): Promise<number | null> {
  const child = fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), args, {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  return new Promise((done) => child.once('exit', done));
}

/** The gateway and six subgraphs, each a process of its own. */
export interface BenchGraph {
  readonly processes: ReadonlyMap<string, BenchProcess>;
  /** The subgraphs' addresses, by name in upper case with `_URL`. */
  readonly urls: Readonly<Record<string, string>>;
  /** The gateway's. */
  readonly url: string;
  readonly signing: { readonly SIGNING_KEY: string };
  stop(): Promise<void>;
}

/** Starts all of it on a database. */
export async function startGraph(databaseUrl: string): Promise<BenchGraph> {
  const processes = new Map<string, BenchProcess>();
  const stop = async (): Promise<void> => {
    for (const child of [...processes.values()].toReversed()) await child.stop();
  };
  const urls: Record<string, string> = {};
  const signing = { SIGNING_KEY: randomBytes(32).toString('hex') };
  try {
    for (const { name } of subgraphs) {
      const env = { DATABASE_URL: databaseUrl, PORT: '0', ...signing, ...urls };
      const child = await startProcess(`subgraphs/${name}/main.js`, [], env);
      processes.set(name, child);
      urls[`${name.toUpperCase()}_URL`] = child.urls[name] ?? '';
    }
    const gateway = await startProcess('gateway/main.js', ['--port', '0', '--auth', 'off', ...UNLIMITED], {
      ...signing,
      ...urls,
    });
    processes.set('gateway', gateway);
    return { processes, urls, url: gateway.urls['gateway'] ?? '', signing, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The process that all of a cluster's processes come from. */
export async function postmasterOf(admin: Client): Promise<number> {
  const { rows } = await admin.query<{ pid: number }>(
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid",
  );
  return rows[0]?.pid ?? 0;
}

/**
 * `schema/operations/customer360.graphql` end to end, for random customers: latencies alone and under load, and the CPU and
 * SQL statements that a query costs in each process.
 */
export async function customer360({ customers, requests, rounds, concurrency }: Customer360Options): Promise<void> {
  setGlobalDispatcher(new Agent({ connections: concurrency, pipelining: 1 }));
  const query = await readFile('schema/operations/customer360.graphql', 'utf8');
  const fetches = planFetches(await readFile('schema/supergraph.graphql', 'utf8'), query);
  const postgres = await startEmbeddedPostgres({ dataDir: `${DATA}-${customers}`, log: console.error });
  const graphs: BenchGraph[] = [];
  const admin = new Client({ connectionString: postgres.url });
  try {
    await seed(postgres.url, customers);
    await admin.connect();
    await admin.query('VACUUM ANALYZE');
    const graph = await startGraph(postgres.url);
    graphs.push(graph);
    const { processes, urls, url, signing } = graph;
    const postmaster = await postmasterOf(admin);
    const statements = async () => {
      await admin.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await admin.query<{ n: string }>(
        'SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()',
      );
      return Number(rows[0]?.n);
    };
    const next = customerIds(customers);
    console.log('warming up ...');
    await load(url, query, next, Math.max(300, Math.floor(requests / 2)), concurrency);

    const alone: number[] = [];
    const parts = new Map<string, number[]>(
      fetches.map((fetch) => [fetch.subgraph + (fetch.ofCustomer ? '' : ' (root)'), []]),
    );
    for (let i = 0; i < 200; i += 1) {
      alone.push(await post(url, { query, variables: { id: next() } }));
      for (const fetch of fetches) {
        const times = parts.get(fetch.subgraph + (fetch.ofCustomer ? '' : ' (root)'));
        const subgraph = { name: fetch.subgraph, signingKey: signing.SIGNING_KEY };
        const address = urls[`${fetch.subgraph.toUpperCase()}_URL`] ?? '';
        times?.push(await post(address, fetchBody(fetch, next()), (body) => signedFor(subgraph, body)));
      }
    }

    const cpu = new Map<string, number[]>([...processes.keys(), 'postgres'].map((name) => [name, []]));
    const qps: number[] = [];
    const times: number[] = [];
    const statementsBefore = await statements();
    for (let round = 0; round < rounds; round += 1) {
      const read = () =>
        new Map([
          ...[...processes].map(([name, { pid }]) => [name, processCpu(pid)] as const),
          ['postgres', familyCpu(postmaster)] as const,
        ]);
      const before = read();
      const result = await load(url, query, next, requests, concurrency);
      for (const [name, after] of read()) cpu.get(name)?.push((after - (before.get(name) ?? 0)) / requests);
      qps.push(requests / result.seconds);
      times.push(...result.times);
    }
    // Postgres publishes a backend's counts at the latest a second after it went idle.
    await new Promise((done) => setTimeout(done, 1500));
    const perQuery = ((await statements()) - statementsBefore) / (requests * rounds);

    console.log(
      `\n${customers} customers, ${rounds} rounds of ${requests} queries, ${concurrency} at once; medians of the rounds\n`,
    );
    line('alone', { p50: ms(median(alone)), p99: ms(quantile(alone, 0.99)) });
    for (const [name, values] of parts) line(`  ${name}`, { p50: ms(median(values)), p99: ms(quantile(values, 0.99)) });
    const root = median([...parts].find(([name]) => name.endsWith('(root)'))?.[1]);
    const slowest = Math.max(
      ...[...parts].filter(([name]) => !name.endsWith('(root)')).map(([, values]) => median(values)),
    );
    line('  ratio', { 'alone / (slowest + identity)': (median(alone) / (slowest + root)).toFixed(2) });
    line('under load', { 'queries/s': median(qps).toFixed(0), p50: ms(median(times)), p99: ms(quantile(times, 0.99)) });
    for (const [name, values] of cpu) line(`  CPU a query, ${name}`, { '': ms(median(values)) });
    const six = subgraphs.reduce((sum, { name }) => sum + median(cpu.get(name)), 0);
    line('  CPU a query, the six', { '': ms(six) });
    line('  SQL statements', { 'a query': perQuery.toFixed(1) });
  } finally {
    for (const graph of graphs) await graph.stop();
    await admin.end();
    await postgres.stop();
  }
}
