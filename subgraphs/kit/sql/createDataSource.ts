import { DataSource, type Logger as TypeOrmLogger, type MigrationInterface } from 'typeorm';
import { types as pgTypes } from 'pg';
import type { Class } from '../graph/Class.js';
import { CreateKit1763700000000 } from './migrations/CreateKit1763700000000.js';
import { CreateWordSearch1763700000001 } from './migrations/CreateWordSearch1763700000001.js';
import { CreateEvents1764000000000 } from './migrations/CreateEvents1764000000000.js';
import { KeepErasures1764800000000 } from './migrations/KeepErasures1764800000000.js';
import { KeysOfCallers1764300000000 } from './migrations/KeysOfCallers1764300000000.js';
import { AnswersByReference1764400000000 } from './migrations/AnswersByReference1764400000000.js';
import { HoldEvents1764500000000 } from './migrations/HoldEvents1764500000000.js';
import { CreateAliases1764200000002 } from './migrations/CreateAliases1764200000002.js';
import { NotifiesAfterCommit } from './notifyAfterCommit.js';
import { CreateEmployeeCopy1764400000000 } from './migrations/CreateEmployeeCopy1764400000000.js';
import { OWNER_OF_EMPLOYEES } from './ownerOfEmployees.js';
import { CreateErasures1764200000000 } from './migrations/CreateErasures1764200000000.js';
import { SplitWordsFaster1764450000000 } from './migrations/SplitWordsFaster1764450000000.js';

/** The tables of one subgraph: those of its entities, and those that the kit keeps beside them. */
export interface SchemaDefinition {
  /** The Postgres schema that holds them. */
  readonly name: string;
  readonly entities: readonly Class[];
  /** In the order in which they run, behind the kit's own. */
  readonly migrations: readonly (new () => MigrationInterface)[];
}

/** What Postgres refuses or ends by itself, so that nothing holds a connection for ever; nothing where they are left out. Times in milliseconds. */
export interface StatementLimits {
  /** For one statement. */
  readonly statementMs?: number;
  /** For the wait for one lock. */
  readonly lockMs?: number;
  /** Refuses whatever writes. */
  readonly readOnly?: boolean;
}

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Most connections at once; default 10. */
  readonly poolSize?: number;
  readonly limits?: StatementLimits;
  /** Called before each SQL statement, with its text. For tests and metrics. */
  readonly onStatement?: (statement: string) => void;
}

/** Postgres' `date` stays the text `2026-03-01`: a Date would give it a time and a zone that it does not have. */
const DATE_OID = 1082;
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return oid === DATE_OID ? (value: string) => value : pgTypes.getTypeParser(oid, format);
  },
};

const nothing = () => undefined;

function statementLogger(onStatement: (statement: string) => void): TypeOrmLogger {
  return {
    logQuery: onStatement,
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}

/** What every connection of a subgraph is made with: its statements run in the subgraph's own schema, in UTC. */
export function connectionConfig(
  definition: Pick<SchemaDefinition, 'name'>,
  { statementMs, lockMs, readOnly }: StatementLimits = {},
) {
  const limits = [
    ...(statementMs === undefined ? [] : [`-c statement_timeout=${statementMs}`]),
    ...(lockMs === undefined ? [] : [`-c lock_timeout=${lockMs}`]),
    ...(readOnly ? ['-c default_transaction_read_only=on'] : []),
  ];
  return {
    types,
    options: [`-c search_path=${definition.name} -c timezone=UTC`, ...limits].join(' '),
    connectionTimeoutMillis: 5000,
    application_name: `customer360-${definition.name}`,
  };
}

/** A subgraph's data source, not yet connected. */
export function createDataSource(definition: SchemaDefinition, options: DatabaseOptions): DataSource {
  const { onStatement } = options;
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: definition.name,
    entities: [...definition.entities],
    migrations: [
      CreateKit1763700000000,
      CreateWordSearch1763700000001,
      CreateEvents1764000000000,
      CreateErasures1764200000000,
      CreateAliases1764200000002,
      KeysOfCallers1764300000000,
      AnswersByReference1764400000000,
      HoldEvents1764500000000,
      SplitWordsFaster1764450000000,
      KeepErasures1764800000000,
      ...(definition.name === OWNER_OF_EMPLOYEES ? [] : [CreateEmployeeCopy1764400000000]),
      ...definition.migrations,
    ],
    subscribers: [NotifiesAfterCommit],
    migrationsTableName: 'migration',
    synchronize: false,
    installExtensions: false,
    poolSize: options.poolSize ?? 10,
    ...(onStatement ? { logging: ['query'], logger: statementLogger(onStatement) } : { logging: false }),
    extra: connectionConfig(definition, options.limits),
  });
}
