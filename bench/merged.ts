import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { Agent, setGlobalDispatcher } from 'undici';
import { startEmbeddedPostgres } from '../scripts/start/embeddedPostgres.js';
import { seedId } from '../seed/generate/seedId.js';
import { subgraphs } from '../subgraphs/all.js';
import {
  type BenchGraph,
  type Customer360Options,
  customerIds,
  DATA,
  line,
  load,
  median,
  ms,
  post,
  postmasterOf,
  SEED,
  seed,
  startGraph,
} from './customer360.js';
import { familyCpu, processCpu } from './processCpu.js';
import { quantile } from './quantile.js';

export interface MergedOptions extends Customer360Options {
  /** Of all customers, how many have been merged into others: 0.05 for one in twenty. */
  readonly share: number;
}

const COPY = 'merged';

/** What was measured of one of the two. */
interface Measured {
  readonly name: string;
  readonly graph: BenchGraph;
  readonly next: () => string;
  /** Milliseconds of CPU a query, a round each: of the gateway and the six together, and of Postgres. */
  readonly node: number[];
  readonly postgres: number[];
  readonly times: number[];
}

/**
 * What `schema/operations/customer360.graphql` costs where customers have been merged, by the mutation, and on a copy of the same database where none was: the same
 * queries in alternating rounds.
 */
export async function merged({ customers, requests, rounds, concurrency, share }: MergedOptions): Promise<void> {
  setGlobalDispatcher(new Agent({ connections: concurrency, pipelining: 1 }));
  // Each of the processes ends with this one.
  process.setMaxListeners(20);
  const query = await readFile('schema/operations/customer360.graphql', 'utf8');
  const postgres = await startEmbeddedPostgres({ dataDir: `${DATA}-${customers}`, log: console.error });
  const copyUrl = Object.assign(new URL(postgres.url), { pathname: `/${COPY}` }).href;
  const graphs: BenchGraph[] = [];
  const admin = new Client({ connectionString: Object.assign(new URL(postgres.url), { pathname: '/template1' }).href });
  await admin.connect();
  try {
    await seed(postgres.url, customers);
    await admin.query(`DROP DATABASE IF EXISTS ${COPY}`);
    await admin.query(`CREATE DATABASE ${COPY} TEMPLATE postgres`);
    const start = async (name: string, url: string): Promise<Measured> => {
      const graph = await startGraph(url);
      graphs.push(graph);
      return { name, graph, next: customerIds(customers), node: [], postgres: [], times: [] };
    };
    const both = [await start('nobody merged', postgres.url), await start(`${share} merged`, copyUrl)] as const;
    await mergeSome(both[1].graph.url, copyUrl, customers, share);
    for (const url of [postgres.url, copyUrl]) await run(url, 'VACUUM ANALYZE');
    const postmaster = await postmasterOf(admin);
    console.log('warming up ...');
    for (const { graph, next } of both) await load(graph.url, query, next, Math.max(300, requests / 2), concurrency);

    for (let round = 0; round < rounds; round += 1) {
      for (const one of round % 2 === 0 ? both : both.toReversed()) {
        const cpu = (): number => [...one.graph.processes.values()].reduce((sum, { pid }) => sum + processCpu(pid), 0);
        const [node, database] = [cpu(), familyCpu(postmaster)];
        const { times } = await load(one.graph.url, query, one.next, requests, concurrency);
        one.node.push((cpu() - node) / requests);
        one.postgres.push((familyCpu(postmaster) - database) / requests);
        one.times.push(...times);
      }
    }
    console.log(
      `\n${customers} customers, ${rounds} alternating rounds of ${requests} queries, ${concurrency} at once; medians of the rounds\n`,
    );
    for (const one of both) {
      line(one.name, {
        'CPU a query: Node': ms(median(one.node)),
        Postgres: ms(median(one.postgres)),
        p50: ms(median(one.times)),
        p99: ms(quantile(one.times, 0.99)),
      });
    }
    const ratio = (of: (one: Measured) => readonly number[]): string =>
      (median(of(both[1])) / median(of(both[0]))).toFixed(3);
    line('ratio', {
      'CPU a query: Node': ratio(({ node }) => node),
      Postgres: ratio((one) => one.postgres),
      p50: ratio(({ times }) => times),
    });
  } finally {
    for (const graph of graphs) await graph.stop();
    await admin.end();
    await postgres.stop();
  }
}

/** Merges every so many-th customer into the next, and waits until all subgraphs have applied it. */
async function mergeSome(url: string, databaseUrl: string, customers: number, share: number): Promise<void> {
  const every = Math.max(2, Math.round(1 / share));
  const query =
    'mutation ($id: ID!, $into: ID!) { mergeCustomers(customerId: $id, intoId: $into) { customer { id } } }';
  let [done, refused] = [0, 0];
  for (let index = 0; index + 1 < customers; index += every) {
    const [id, into] = [seedId(SEED, 'customer', index), seedId(SEED, 'customer', index + 1)];
    try {
      await post(url, { query, variables: { id, into } });
      done += 1;
    } catch (error) {
      // A person and an organization.
      if (!(error instanceof Error && error.message.includes('BAD_USER_INPUT'))) throw error;
      refused += 1;
    }
  }
  const waiting = subgraphs.map(
    ({ name }) =>
      `(SELECT 1 FROM ${name}.customer_alias WHERE NOT is_applied LIMIT 1) UNION ALL (SELECT 1 FROM ${name}.outbox LIMIT 1)`,
  );
  const behind = '(SELECT 1 FROM event_bus.consumer WHERE sequence < (SELECT max(sequence) FROM event_bus.log))';
  while ((await run(databaseUrl, [...waiting, behind].join(' UNION ALL '))) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`merged ${done} customers into others (${refused} are of different kinds)`);
}

/** @returns how many rows it gave */
async function run(url: string, statement: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows.length;
  } finally {
    await client.end();
  }
}
