import { DataSource } from 'typeorm';
import { keyedTable } from '../../subgraphs/kit/ownership/ownedTables.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import type { ValueType } from './conversions.js';
import { type ErasedCondition, erasedCondition } from '../../subgraphs/kit/ownership/erasedCondition.js';
import type { ImportTarget } from './targets/ImportTarget.js';

/** A column of an entity's table. */
export interface EntityColumn {
  /** Its name in code and in mappings. */
  readonly property: string;
  /** Its name in the database. Of a property that says whose a row is, that of the column that says for whom it is recorded. */
  readonly name: string;
  /** Whether it says for whom a row is recorded. Whose the row is by now follows from it, and an import leaves that alone. */
  readonly isOwner: boolean;
  /** What it takes; `uuid` takes references only. */
  readonly type: ValueType | 'uuid';
  readonly array: boolean;
  readonly nullable: boolean;
  readonly primary: boolean;
  /** Whether Postgres fills it where an insert leaves it out. */
  readonly generated: boolean;
}

/** An entity's table, as its TypeORM metadata tell it. */
export interface EntityTable {
  /** Quoted: the one that says who is whom by now. */
  readonly aliases: string;
  /** Quoted: the one that says who of our employees left; every subgraph but theirs has it. */
  readonly employees: string;
  /** Quoted: the one that says who was erased. */
  readonly erased: string;
  /** Null for rows that are of no customer. */
  readonly isErased: ErasedCondition | null;
  /** Quoted, with its schema. */
  readonly table: string;
  readonly columns: ReadonlyMap<string, EntityColumn>;
}

/** What no CSV can say, and a mapping therefore cannot write: such a column must be nullable. */
const UNWRITABLE = new Set(['jsonb']);

/** Postgres types, as TypeORM metadata spell them. */
const TYPES: Readonly<Record<string, EntityColumn['type']>> = {
  uuid: 'uuid',
  text: 'text',
  varchar: 'text',
  'character varying': 'text',
  char: 'text',
  character: 'text',
  integer: 'integer',
  int: 'integer',
  smallint: 'integer',
  numeric: 'decimal',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'date',
  timestamptz: 'timestamp',
  'timestamp with time zone': 'timestamp',
};

/** TypeORM builds metadata when it connects; reading them needs no database. */
class MetadataSource extends DataSource {
  async read(): Promise<this> {
    await this.buildMetadatas();
    return this;
  }
}

const sources = new Map<SubgraphDefinition, Promise<MetadataSource>>();

/**
 * The table of an entity that can be imported.
 * @throws Error for a column type that no mapping can write; the registry must then be mended
 */
export async function readEntityTable({ subgraph, entity }: ImportTarget): Promise<EntityTable> {
  let source = sources.get(subgraph);
  if (source === undefined) {
    source = new MetadataSource({ type: 'postgres', schema: subgraph.name, entities: [...subgraph.entities] }).read();
    sources.set(subgraph, source);
  }
  const read = await source;
  const metadata = read.getMetadata(entity);
  const writable = metadata.columns.filter(
    ({ isInsert, isNullable, type }) => isInsert && !(isNullable && UNWRITABLE.has(String(type))),
  );
  const owners = new Map(keyedTable(entity).owners.map(({ name, recorded }) => [name, recorded]));
  const columns = writable.map((column): [string, EntityColumn] => {
    const type = TYPES[String(column.type)];
    if (type === undefined) throw new Error(`${metadata.name}.${column.propertyName} is a ${String(column.type)}`);
    return [
      column.propertyName,
      {
        property: column.propertyName,
        name: owners.get(column.databaseName) ?? column.databaseName,
        isOwner: owners.has(column.databaseName),
        type,
        array: column.isArray,
        nullable: column.isNullable,
        primary: column.isPrimary,
        generated: column.isGenerated || column.default !== undefined,
      },
    ];
  });
  return {
    table: `"${subgraph.name}"."${metadata.tableName}"`,
    aliases: `"${subgraph.name}"."customer_alias"`,
    employees: `"${subgraph.name}"."employee_copy"`,
    erased: `"${subgraph.name}"."erased_customer"`,
    isErased: erasedCondition(read, entity),
    columns: new Map(columns),
  };
}
