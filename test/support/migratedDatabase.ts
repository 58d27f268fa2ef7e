import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { createTestDatabase, type TestDatabase } from './postgres.js';

/**
 * Makes a database in which the schemas of some subgraphs are up to date, and empty: a copy of one that is migrated once in a test run, by
 * the first test that wants it, and that nobody writes to afterwards.
 */
export async function createMigratedDatabase(definitions: readonly SubgraphDefinition[]): Promise<TestDatabase> {
  return createTestDatabase(await templateOf(definitions));
}

/** The name of the database to copy. Test files that run at once take turns, and one whose migration fails leaves none. */
async function templateOf(definitions: readonly SubgraphDefinition[]): Promise<string> {
  const name = `template_${process.env.TEST_RUN}_${fingerprint(definitions)}`;
  const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  // Whether it was lost is told by what is asked over it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      const made = await createTestDatabase();
      try {
        for (const definition of definitions) await migrateSubgraph(definition, made.url);
        await client.query(`ALTER DATABASE ${made.name} RENAME TO ${name}`);
      } catch (error) {
        await made.drop();
        throw error;
      }
    }
  } finally {
    await client.end();
  }
  return name;
}

/** Of what a schema is made from. A test may bring a definition of its own, under a name that is taken. */
function fingerprint(definitions: readonly SubgraphDefinition[]): string {
  const made = definitions.map(({ name, migrations, entities }) => [
    name,
    ...[...migrations, ...entities].map((one) => one.toString()),
  ]);
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16);
}
