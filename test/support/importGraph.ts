import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { identity } from '../../subgraphs/identity/subgraph.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { TEST_SIGNING_KEY } from './asGateway.js';
import { createTestDatabase } from './postgres.js';
import { type CsvCells, parseCsv } from './csvRows.js';
import { type ImportRun, spawnImport } from './runImport.js';
import { askSubgraph, type Untyped } from './startTestSubgraph.js';

/** Some subgraphs on one database, to import into and to ask afterwards. */
export interface ImportGraph {
  /** A folder of its own, for changed copies and for rejects. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** Imports by a mapping from a data folder; `rejects` are the rows of the rejects file. */
  import(mapping: string, data: string, ...options: string[]): Promise<ImportRun & { rejects: CsvCells[] }>;
  /** Asks one of the subgraphs. Throws on errors. */
  ask(subgraph: SubgraphDefinition, query: string, variables?: object): Promise<Untyped>;
  /** What a subgraph says of the customer whom a source knows by this key. Throws on errors. */
  customer(subgraph: SubgraphDefinition, source: string, key: string, selection: string): Promise<Untyped>;
  /** All rows of a list, page by page. The query takes `$after`; `list` is its field. */
  all(subgraph: SubgraphDefinition, list: string, selection: string, filter?: string): Promise<Untyped[]>;
  stop(): Promise<void>;
}

/** Starts identity and these subgraphs on an empty database. */
export async function startImportGraph(...subgraphs: SubgraphDefinition[]): Promise<ImportGraph> {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'customer360-import-'));
  const urls = new Map<SubgraphDefinition, string>();
  const stops: (() => Promise<void>)[] = [];
  for (const subgraph of new Set([identity, ...subgraphs])) {
    const address = {
      databaseUrl: database.url,
      host: '127.0.0.1',
      port: 0,
      poolSize: 2,
      signingKeys: [TEST_SIGNING_KEY],
    };
    const settings = subgraph.settings?.read({});
    const identityUrl = urls.get(identity) ?? 'http://127.0.0.1:1/graphql';
    const config = { ...address, identityUrl, ...(settings ? { settings } : {}) };
    const running = await startSubgraph(subgraph, config, pino({ level: 'silent' }));
    urls.set(subgraph, running.url);
    stops.push(() => running.stop());
  }
  const asked = async (subgraph: SubgraphDefinition, query: string, variables: object = {}): Promise<Untyped> => {
    const { data, errors } = await askSubgraph(subgraph.name, urls.get(subgraph) ?? '', query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  return {
    folder,
    databaseUrl: database.url,
    async import(mapping, data, ...options) {
      const rejects = join(folder, 'import.rejects.csv');
      const run = await spawnImport([mapping, '--data', data, '--rejects', rejects, ...options], {
        DATABASE_URL: database.url,
      });
      return { ...run, rejects: existsSync(rejects) ? parseCsv(readFileSync(rejects, 'utf8')) : [] };
    },
    ask: asked,
    async customer(subgraph, source, key, selection) {
      const find =
        'query ($source: String!, $id: ID!) { customer360(externalId: { source: $source, id: $id }) { id } }';
      const { customer360 } = await asked(identity, find, { source, id: key });
      const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { ${selection} } } }`;
      const { _entities } = await asked(subgraph, query, { of: [{ __typename: 'Customer', id: customer360.id }] });
      return _entities[0];
    },
    async all(subgraph, list, selection, filter = '') {
      const query = `query ($after: String) { ${list}(first: 100, after: $after ${filter}) {
        nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`;
      const nodes: Untyped[] = [];
      let after: string | null = null;
      do {
        const page: Untyped = (await asked(subgraph, query, { after }))[list];
        nodes.push(...page.nodes);
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      return nodes;
    },
    async stop() {
      for (const stop of stops.toReversed()) await stop();
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A folder of the shared data sets, and what to call its tests; `present` is false where the folder is not there. */
export function sharedData(name: string): { path: string; present: boolean; title: string } {
  const path = join(resolve(process.env.SHARED_DATA ?? '../shared/data'), name);
  const present = existsSync(path);
  const title = present
    ? name
    : `${name}: skipped, because there is no ${path} (SHARED_DATA names the folder that has it)`;
  if (!present) process.stderr.write(`${title}\n`);
  return { path, present, title };
}
