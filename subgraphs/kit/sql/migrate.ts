import type { EntityManager } from 'typeorm';
import { createDataSource, type SchemaDefinition } from './createDataSource.js';
import { openClient } from './openClient.js';

/**
 * Brings a subgraph's schema up to the code's version; makes the schema where there is none. Several replicas that start
 * at once take turns by an advisory lock. Each migration runs in a transaction of its own.
 * @param afterwards what is to hold of any schema, whatever ran; in a transaction of its own
 * @returns the names of the migrations that ran
 * @throws when Postgres cannot be reached or a migration fails; what ran before it stays
 */
export async function migrate(
  definition: SchemaDefinition,
  url: string,
  afterwards?: (manager: EntityManager) => Promise<void>,
): Promise<string[]> {
  const guard = await openClient({ connectionString: url });
  try {
    await guard.query('SELECT pg_advisory_lock(hashtext($1))', [`customer360.migrate.${definition.name}`]);
    await guard.query(`CREATE SCHEMA IF NOT EXISTS "${definition.name}"`);
    const dataSource = await createDataSource(definition, { url, poolSize: 1 }).initialize();
    try {
      const migrations = await dataSource.runMigrations({ transaction: 'each' });
      if (afterwards) await dataSource.transaction(afterwards);
      return migrations.map((migration) => migration.name);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await guard.end();
  }
}
