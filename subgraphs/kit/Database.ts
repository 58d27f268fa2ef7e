import type { Pool } from 'pg';
import type { Sql } from 'sql-template-tag';
import type { DataSource, EntityManager, ObjectLiteral } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Class } from './defineSubgraph.js';

/** Far above the number of lists, filters and orders of a subgraph. */
const MAX_PREPARED = 1000;

/**
 * Typed reading for batched queries that an ORM cannot say (LATERAL joins, keysets, aggregates). Statements are written
 * with `sql` of sql-template-tag, so every value is a bound parameter. Writing goes through TypeORM's entity manager.
 */
export class Database {
  readonly #selections = new Map<Class, EntitySelection>();

  readonly #names = new Map<string, string>();

  /** @param onStatement called before each statement that does not go through an entity manager */
  constructor(
    readonly dataSource: DataSource,
    private readonly onStatement?: (statement: string) => void,
  ) {}

  /**
   * Runs one statement. Rows come as Postgres gives them: `timestamptz` as Date, `numeric`, `bigint` and `date` as text.
   * Outside a transaction it is prepared: Postgres parses and plans a text once for each connection.
   * @param manager a transaction's, to read inside it
   */
  async query<Row extends object>(statement: Sql, manager?: EntityManager): Promise<Row[]> {
    const { text, values } = statement;
    if (manager) return manager.query<Row[]>(text, values);
    this.onStatement?.(text);
    // TypeORM knows no prepared statements; its pool does.
    const pool = (this.dataSource.driver as PostgresDriver).master as Pool;
    const { rows } = await pool.query<Row>({ ...this.#name(text), text, values });
    return rows;
  }

  /** A prepared statement lives as long as its connection, so there is an end to how many texts get one. */
  #name(text: string): { name?: string } {
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size >= MAX_PREPARED) return {};
      name = `s${this.#names.size}`;
      this.#names.set(text, name);
    }
    return { name };
  }

  /** Table and select list of an entity, for statements that read it under the alias `t`. */
  selection(entity: Class): EntitySelection {
    let selection = this.#selections.get(entity);
    if (selection === undefined) {
      const metadata = this.dataSource.getMetadata(entity);
      selection = {
        table: `"${metadata.tableName}"`,
        columns: metadata.columns.map((column) => `t."${column.databaseName}" AS "${column.propertyName}"`).join(', '),
      };
      this.#selections.set(entity, selection);
    }
    return selection;
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
