import { migrate } from '../sql/migrate.js';
import type { SchemaDefinition } from '../sql/createDataSource.js';
import { deriveOwners } from './deriveOwners.js';
import { DeriveCustomers1764300000000 } from './migrations/DeriveCustomers1764300000000.js';
import { DateAliases1764450000003 } from './migrations/DateAliases1764450000003.js';
import { TellApplied1764450000001 } from './migrations/TellApplied1764450000001.js';
import { ownedTables } from './ownedTables.js';

/**
 * Brings a subgraph's schema up to the code's version, as `migrate` does, and then sees to it that the owners of its rows follow from those
 * for whom they were recorded.
 * @returns the names of the migrations that ran
 */
export function migrateSubgraph(definition: SchemaDefinition, url: string): Promise<string[]> {
  const migrations = [
    ...definition.migrations,
    DeriveCustomers1764300000000,
    TellApplied1764450000001,
    DateAliases1764450000003,
  ];
  return migrate({ ...definition, migrations }, url, (manager) =>
    deriveOwners(manager, ownedTables(definition.entities)),
  );
}
