import { pino } from 'pino';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { Database } from '../../subgraphs/kit/sql/Database.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { PostgresEventBus } from '../../subgraphs/kit/flow/PostgresEventBus.js';
import type { Caller, CloudEvent } from '../../schema/contract.js';
import { signedHeaders, TEST_SIGNING_KEY } from './asGateway.js';
import { createTestDatabase } from './postgres.js';

/** What a test asked for or made, and so knows the shape of. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Untyped = any;

export interface GraphQLAnswer {
  data: Untyped;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

/** Sends an operation to a GraphQL server. */
export async function ask(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLAnswer> {
  return send(url, JSON.stringify({ query, variables }), headers);
}

/** Sends an operation to a subgraph, signed as its gateway's; by default for a caller who may do everything. */
export async function askSubgraph(
  service: string,
  url: string,
  query: string,
  variables: object = {},
  caller?: Caller,
): Promise<GraphQLAnswer> {
  const body = JSON.stringify({ query, variables });
  return send(url, body, signedHeaders(service, body, caller));
}

async function send(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return (await response.json()) as GraphQLAnswer;
}

export interface TestSubgraph {
  readonly url: string;
  /** The subgraph's own database connection, to put rows in and to look at them. Its statements are not counted. */
  readonly database: Database;
  /** @param caller by default one who may do everything */
  ask(query: string, variables?: object, caller?: Caller): Promise<GraphQLAnswer>;
  /** Asks `_entities` for one type by id; returns the entities. Throws on errors. */
  entities(typename: string, ids: readonly string[], selection: string, caller?: Caller): Promise<Untyped[]>;
  /** The SQL statements that `work` made the subgraph run; what earlier reads left for the access log, and who is woken, is not among them. */
  statements(work: () => Promise<unknown>): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * Starts a subgraph on a database of its own, with a real identity beside it to check ids against, and tells the SQL
 * statements that it runs. `environment` holds its own settings and STATEMENT_TIMEOUT, by default none. `identity` is undefined when the subgraph is identity itself.
 */
export async function startTestSubgraph(
  definition: SubgraphDefinition,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestSubgraph & { identity: TestSubgraph; publish(event: CloudEvent): Promise<void> }> {
  const database = await createTestDatabase();
  const bus = new PostgresEventBus(database.url, pino({ level: 'silent' }));
  const start = async (which: SubgraphDefinition, identityUrl: string): Promise<TestSubgraph> => {
    const counted: string[] = [];
    const address = {
      databaseUrl: database.url,
      eventBusUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      identityUrl,
      poolSize: 5,
      signingKeys: [TEST_SIGNING_KEY],
      ...(environment.STATEMENT_TIMEOUT ? { statementTimeoutMs: Number(environment.STATEMENT_TIMEOUT) } : {}),
    };
    const settings = which.settings?.read(environment);
    const config = { ...address, ...(settings ? { settings } : {}) };
    // What it notes for the audit log would be counted among the statements of requests; auditLog.test.ts starts the whole graph.
    const quiet = which === identity ? { ...identity, consumers: [] } : which;
    const running = await startSubgraph(quiet, config, pino({ level: process.env.LOG_LEVEL ?? 'silent' }), (text) => {
      if (!/^\/\* (access log|aliases|erasures|notify) \*\//.test(text)) counted.push(text);
    });
    const own = await createDataSource(which, { url: database.url, poolSize: 2 }).initialize();
    return {
      url: running.url,
      database: new Database(own),
      ask: (query, variables, caller) => askSubgraph(which.name, running.url, query, variables, caller),
      async entities(typename, ids, selection, caller) {
        const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${typename} { ${selection} } } }`;
        const representations = ids.map((id) => ({ __typename: typename, id }));
        const answer = await askSubgraph(which.name, running.url, query, { representations }, caller);
        if (answer.errors) throw new Error(JSON.stringify(answer.errors));
        return answer.data._entities;
      },
      async statements(work) {
        counted.length = 0;
        await work();
        return [...counted];
      },
      async stop() {
        await own.destroy();
        await running.stop();
      },
    };
  };
  const withIdentity = await start(identity, 'http://127.0.0.1:1/graphql');
  const subgraph = definition === identity ? withIdentity : await start(definition, withIdentity.url);
  return {
    ...subgraph,
    identity: withIdentity,
    publish: (event) => bus.publish([event]),
    async stop() {
      await bus.close();
      if (subgraph !== withIdentity) await subgraph.stop();
      await withIdentity.stop();
      await database.drop();
    },
  };
}
