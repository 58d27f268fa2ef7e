import { type Logger, pino } from 'pino';
import { Client } from 'pg';
import { subgraphs } from '../../subgraphs/all.js';
import type { SubgraphConfig } from '../../subgraphs/kit/serve/config.js';
import type { RunningSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import type { Caller } from '../../schema/contract.js';
import { TEST_SIGNING_KEY } from './asGateway.js';
import { createTestDatabase } from './postgres.js';
import { askSubgraph, type Untyped } from './startTestSubgraph.js';

/** All six subgraphs in this process, on a database of their own. */
export interface TestSubgraphs {
  readonly databaseUrl: string;
  /** Their addresses, by name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Asks one of them; returns the data, throws on errors. */
  ask(subgraph: string, query: string, variables?: object, caller?: Caller): Promise<Untyped>;
  /** Runs one mutation, written out with its arguments and what it answers; returns the answer, throws on errors. */
  write(subgraph: string, call: string): Promise<Untyped>;
  /** What one of them says of a customer. */
  customer(subgraph: string, id: string, selection: string): Promise<Untyped>;
  /** Runs a statement on their database; each subgraph's tables are in the schema of its name. */
  sql(statement: string, values?: readonly unknown[]): Promise<Untyped[]>;
  /** Stops one of them, as SIGTERM does. */
  stopOne(subgraph: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param log where they log; by default as LOG_LEVEL says
 * @param more of each subgraph's configuration
 */
export async function startTestSubgraphs(
  log: Logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
  more: Partial<SubgraphConfig> = {},
): Promise<TestSubgraphs> {
  const database = await createTestDatabase();
  const running: RunningSubgraph[] = [];
  let identityUrl = 'http://127.0.0.1:1/graphql';
  const marketingUrl = () => running.find(({ name }) => name === 'marketing')?.url;
  for (const definition of subgraphs) {
    const settings = definition.settings?.read({});
    const address = { databaseUrl: database.url, host: '127.0.0.1', port: 0, identityUrl, marketingUrl, poolSize: 4 };
    const config = { ...more, ...address, signingKeys: [TEST_SIGNING_KEY], ...(settings ? { settings } : {}) };
    const subgraph = await startSubgraph(definition, config, log);
    if (definition.name === 'identity') identityUrl = subgraph.url;
    running.push(subgraph);
  }
  const client = new Client({ connectionString: database.url });
  // Whether it was lost is told by what is asked over it.
  client.on('error', () => undefined);
  await client.connect();
  const urls = Object.fromEntries(running.map(({ name, url }) => [name, url]));
  const ask: TestSubgraphs['ask'] = async (subgraph, query, variables, caller) => {
    const answer = await askSubgraph(subgraph, urls[subgraph] ?? '', query, variables, caller);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  return {
    databaseUrl: database.url,
    urls,
    ask,
    write: async (subgraph, call) => Object.values(await ask(subgraph, `mutation { ${call} }`))[0],
    async customer(subgraph, id, selection) {
      const { _entities } = await ask(
        subgraph,
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${selection} } } }`,
        { r: [{ __typename: 'Customer', id }] },
      );
      return _entities[0];
    },
    sql: async (statement, values = []) => (await client.query(statement, [...values])).rows,
    async stopOne(name) {
      const index = running.findIndex((subgraph) => subgraph.name === name);
      await running.splice(index, 1)[0]?.stop();
    },
    async stop() {
      await client.end();
      await Promise.all(running.map((subgraph) => subgraph.stop()));
      await database.drop();
    },
  };
}
