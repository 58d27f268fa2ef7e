import type { ClientConfig } from 'pg';
import { type Logger, pino } from 'pino';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { DataSource, EntityManager, ObjectLiteral } from 'typeorm';
import type { Class } from '../graph/Class.js';
import type { ReadPipeline } from './ReadPipeline.js';

/**
 * Typed reading for batched queries that an ORM cannot say (LATERAL joins, keysets, aggregates). Statements are written
 * with `sql` of sql-template-tag, so every value is a bound parameter. Writing goes through TypeORM's entity manager.
 */
export class Database {
  readonly #selections = new Map<Class, EntitySelection>();

  /**
   * @param reads how statements outside transactions are run; without it, as TypeORM runs them
   * @param log for what goes on beside requests; without it, nothing is said
   * @param tableOf what an entity is read from, as SQL; its table where it gives undefined
   */
  constructor(
    readonly dataSource: DataSource,
    private readonly reads?: ReadPipeline,
    readonly log: Logger = pino({ level: 'silent' }),
    private readonly tableOf: (entity: Class) => string | undefined = () => undefined,
  ) {}

  /** How to connect beside the pools: a connection that listens is nobody else's. */
  get connection(): ClientConfig {
    const { options } = this.dataSource;
    if (options.type !== 'postgres' || !options.url) throw new Error('the data source is not of createDataSource');
    return { ...(options.extra as ClientConfig), connectionString: options.url };
  }

  /** The name of the subgraph whose database it is. */
  get subgraph(): string {
    const { options } = this.dataSource;
    const name = 'schema' in options ? options.schema : undefined;
    if (name === undefined) throw new Error('the data source names no schema; make it by createDataSource');
    return name;
  }

  /**
   * Runs one statement. Rows come as Postgres gives them: `timestamptz` as Date, `numeric`, `bigint` and `date` as text.
   * @param manager a transaction's, to read inside it
   */
  async query<Row extends object>(statement: Sql, manager?: EntityManager): Promise<Row[]> {
    const { text, values } = statement;
    if (manager || !this.reads) return (manager ?? this.dataSource.manager).query<Row[]>(text, values);
    return this.reads.query<Row>(text, values);
  }

  /** Table and select list of an entity, for statements that read it under the alias `t`. */
  selection(entity: Class): EntitySelection {
    let selection = this.#selections.get(entity);
    if (selection === undefined) {
      const metadata = this.dataSource.getMetadata(entity);
      selection = {
        table: this.tableOf(entity) ?? `"${metadata.tableName}"`,
        columns: metadata.columns
          .filter(({ isSelect }) => isSelect)
          .map((column) => `t."${column.databaseName}" AS "${column.propertyName}"`)
          .join(', '),
      };
      this.#selections.set(entity, selection);
    }
    return selection;
  }

  /**
   * The rows of an entity, read as lists read them.
   * @param where a condition over the alias `t`
   * @param manager a transaction's, to read inside it
   */
  async find<T extends ObjectLiteral>(entity: Class<T>, where: Sql, manager?: EntityManager): Promise<T[]> {
    const { table, columns } = this.selection(entity);
    return this.hydrate(
      entity,
      await this.query(sql`SELECT ${raw(columns)} FROM ${raw(table)} t WHERE ${where}`, manager),
    );
  }

  /** The entity class of this name; null when the subgraph has none. */
  entityNamed(name: string): Class | null {
    const metadata = this.dataSource.entityMetadatas.find((candidate) => candidate.name === name);
    return metadata ? (metadata.target as Class) : null;
  }

  /** Rows of `selection(entity)` as instances of the entity, so that its getters work. */
  hydrate<T extends ObjectLiteral>(entity: Class<T>, rows: readonly object[]): T[] {
    return rows.map((row) => Object.assign(new entity(), row));
  }
}

/** Raw SQL text, made from entity metadata only. */
export interface EntitySelection {
  readonly table: string;
  readonly columns: string;
}
