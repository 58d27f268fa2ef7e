import { type DataSource, DefaultNamingStrategy, getMetadataArgsStorage } from 'typeorm';
import { escapeIdentifier } from 'pg';
import type { Class } from '../graph/Class.js';
import { type ErasureOfColumn, erasureOf } from './OnErasure.js';
import { type Owner, ownerOf } from './OwnedBy.js';
import { customerKeyOf } from './KeyOfCustomer.js';

/** A column, as its entity declares it. */
interface Column {
  readonly property: string;
  readonly name: string;
  /** `uuid`, as the entity says it. */
  readonly type: string;
  readonly isPrimary: boolean;
  readonly isNullable: boolean;
}

/** A column that is to be overwritten when a customer is erased. */
export interface ErasedColumn {
  readonly name: string;
  /** Null to clear it. */
  readonly value: string | readonly string[] | null;
}

/** One of the columns that tell the rows of a customer apart. */
export interface KeyColumn {
  readonly name: string;
  readonly isNullable: boolean;
}

/** A column that says whose a row is by now, and the one beside it for whom it was recorded. */
export interface OwnerColumn {
  readonly name: string;
  /** `recorded_for` beside `customer_id`, `client_recorded_for` beside `client_id`. */
  readonly recorded: string;
}

/** A table whose rows are customers', worked out from what its entity declares. */
export interface OwnedTable {
  readonly entity: Class;
  readonly name: string;
  /** The columns that follow from the ones for whom a row was recorded; none where a merge does not reach them. */
  readonly owners: readonly OwnerColumn[];
  /** The columns that, with the owners', tell the rows of a customer apart; undefined where nothing does. */
  readonly customerKey: { readonly columns: readonly KeyColumn[]; readonly newest: string | undefined } | undefined;
  /** A condition on its rows as `t`: those that were recorded for the customers with the ids `$1`, which is a uuid[]. */
  readonly isTheirs: string;
  /** A query for whose each row is (`customer_id`) and for whom it was recorded (`recorded_for`), by its `id`; undefined where a merge does not reach it, or it has no such id. */
  readonly recorded: string | undefined;
  /** The columns to be overwritten, or that the row goes. */
  readonly erasure: 'row' | readonly ErasedColumn[];
  /** Where a row goes only when nobody refers to it any more: the table and the column by which they do. */
  readonly referredBy: { readonly table: string; readonly column: string } | undefined;
}

/** A table for which nothing more is to be known. */
interface Declared {
  readonly entity: Class;
  readonly name: string;
  readonly columns: readonly Column[];
  readonly owner: Owner | undefined;
}

const naming = new DefaultNamingStrategy();

/**
 * The tables of a subgraph that hold something of customers, in the order in which their entities are listed.
 *
 * @throws Error that says all that is not declared, or declared wrongly, an entity or column a line
 */
export function ownedTables(entities: readonly Class[]): readonly OwnedTable[] {
  const declared = new Map(entities.map((entity) => [entity, readEntity(entity)]));
  const problems = [...declared.values()].flatMap((table) => problemsOf(table, declared));
  if (problems.length > 0) {
    throw new Error(
      `an entity says whose its rows are, and what erasing a customer does to them:\n  ${problems.join('\n  ')}`,
    );
  }
  return [...declared.values()].flatMap((table) => {
    const isTheirs = conditionOf(table, 't', declared);
    return isTheirs === undefined ? [] : [ownedTable(table, isTheirs, declared)];
  });
}

const tables = new WeakMap<DataSource, readonly OwnedTable[]>();

/** The tables that hold something of customers, of the subgraph whose data source it is. */
export function tablesOf(dataSource: DataSource): readonly OwnedTable[] {
  let owned = tables.get(dataSource);
  if (owned === undefined) tables.set(dataSource, (owned = ownedTables(dataSource.options.entities as Class[])));
  return owned;
}

/** How the rows of an entity hang on customers, without those of other entities. */
export function keyedTable(entity: Class): Pick<OwnedTable, 'name' | 'owners' | 'customerKey'> {
  const { name, columns, owner } = readEntity(entity);
  return { name, ...keysOf(entity, columns, owner) };
}

/** All columns of an entity's table that its class declares, by their names in the database. */
export function declaredColumns(entity: Class): { readonly table: string; readonly columns: readonly string[] } {
  const { name, columns } = readEntity(entity);
  return { table: name, columns: columns.map((column) => column.name) };
}

function readEntity(entity: Class): Declared {
  const storage = getMetadataArgsStorage();
  const table = storage.filterTables(entity)[0];
  if (table === undefined) throw new Error(`${entity.name} is no entity: give it @Entity('its_table')`);
  const columns = storage.filterColumns(entity).map(({ propertyName, options }) => ({
    property: propertyName,
    name: naming.columnName(propertyName, options.name ?? '', []),
    type: String(options.type),
    isPrimary: options.primary === true,
    isNullable: options.nullable === true,
  }));
  return { entity, name: naming.tableName(entity.name, table.name), columns, owner: ownerOf(entity) };
}

function ownedTable(
  { entity, name, columns, owner }: Declared,
  isTheirs: string,
  declared: ReadonlyMap<Class, Declared>,
): OwnedTable {
  const said = erasureOf(entity);
  const isRow = said?.row === true || owner?.kind === 'referrers';
  return {
    entity,
    name,
    ...keysOf(entity, columns, owner),
    isTheirs,
    recorded: recordedIn({ entity, name, columns, owner }, declared),
    erasure: isRow ? 'row' : columns.flatMap((column) => erasedColumn(column, said?.columns.get(column.property))),
    referredBy: owner?.kind === 'referrers' ? referrer(owner, declared) : undefined,
  };
}

function keysOf(
  entity: Class,
  columns: readonly Column[],
  owner: Owner | undefined,
): Pick<OwnedTable, 'owners' | 'customerKey'> {
  const properties = owner?.kind === 'columns' ? owner.properties : [];
  const key = customerKeyOf(entity);
  return {
    owners: properties.map((property) => ownerColumn(columnOf(columns, property))),
    customerKey: key && {
      columns: columns.filter(({ property }) => key.properties.includes(property)),
      newest: key.newest === undefined ? undefined : columnOf(columns, key.newest),
    },
  };
}

function erasedColumn({ name }: Column, said: ErasureOfColumn | undefined): ErasedColumn[] {
  if (said === undefined || said === 'keep') return [];
  return [{ name, value: said === 'clear' ? null : said.write }];
}

/** @returns undefined for rows that are nobody's */
function conditionOf(
  { owner, columns, name }: Declared,
  alias: string,
  declared: ReadonlyMap<Class, Declared>,
): string | undefined {
  const properties = ownProperties(owner);
  if (owner?.kind === 'itself') return `${alias}.${escapeIdentifier(keyOf({ columns }))} = ANY($1::uuid[])`;
  if (owner?.kind === 'columns' || owner?.kind === 'recorded') {
    const own = properties.map((property) => {
      const { name: current, recorded } = ownerColumn(columnOf(columns, property));
      return owner.kind === 'recorded' ? isAny(alias, current) : wasRecordedFor(alias, current, recorded);
    });
    return own.length === 1 ? own[0] : `(${own.join(' OR ')})`;
  }
  if (owner?.kind !== 'through' && owner?.kind !== 'referrers') return undefined;
  const other = declared.get(owner.entity());
  const inner = escapeIdentifier(`of_${name}`);
  const theirs = other && conditionOf(other, inner, declared);
  if (other === undefined || theirs === undefined) return undefined;
  const [ownColumn, otherColumn] =
    owner.kind === 'through'
      ? [columnOf(columns, owner.property), keyOf(other)]
      : [keyOf({ columns }), columnOf(other.columns, owner.property)];
  const ids = `SELECT ${inner}.${escapeIdentifier(otherColumn)} FROM ${escapeIdentifier(other.name)} AS ${inner} WHERE ${theirs}`;
  return `${alias}.${escapeIdentifier(ownColumn)} IN (${ids})`;
}

function recordedIn(
  { owner, columns, name }: Declared,
  declared: ReadonlyMap<Class, Declared>,
): OwnedTable['recorded'] {
  if (!columns.some((column) => column.isPrimary && column.name === 'id')) return undefined;
  const table = escapeIdentifier(name);
  if (owner?.kind === 'columns') {
    const each = owner.properties.map((property) => {
      const { name: current, recorded } = ownerColumn(columnOf(columns, property));
      const [customer, written] = [current, recorded].map(escapeIdentifier);
      return `SELECT id, ${customer} AS customer_id, ${written} AS recorded_for FROM ${table}`;
    });
    return each.join(' UNION ALL ');
  }
  const other = owner?.kind === 'through' ? declared.get(owner.entity()) : undefined;
  const inner = other && recordedIn(other, declared);
  if (owner?.kind !== 'through' || inner === undefined) return undefined;
  const column = escapeIdentifier(columnOf(columns, owner.property));
  return `SELECT t.id, o.customer_id, o.recorded_for FROM ${table} AS t JOIN (${inner}) AS o ON o.id = t.${column}`;
}

function isAny(alias: string, column: string): string {
  return `${alias}.${escapeIdentifier(column)} = ANY($1::uuid[])`;
}

/** Not whose it is by now, which another event may change. Those that nobody moved are found by the index on the owner, the others by one of their own. */
function wasRecordedFor(alias: string, current: string, recorded: string): string {
  const [owner, written] = [current, recorded].map((column) => `${alias}.${escapeIdentifier(column)}`);
  return `(${isAny(alias, current)} AND ${written} = ${owner} OR ${isAny(alias, recorded)} AND ${written} <> ${owner})`;
}

function columnOf(columns: readonly Column[], property: string): string {
  return columns.find((candidate) => candidate.property === property)?.name ?? property;
}

function ownerColumn(name: string): OwnerColumn {
  return { name, recorded: name === 'customer_id' ? 'recorded_for' : `${name.replace(/_id$/, '')}_recorded_for` };
}

function keyOf({ columns }: Pick<Declared, 'columns'>): string {
  return columns.find(({ isPrimary }) => isPrimary)?.name ?? 'id';
}

function referrer(
  { entity, property }: Extract<Owner, { kind: 'referrers' }>,
  declared: ReadonlyMap<Class, Declared>,
): OwnedTable['referredBy'] {
  const other = declared.get(entity());
  const column = other?.columns.find((candidate) => candidate.property === property);
  return other && column && { table: other.name, column: column.name };
}

function problemsOf(table: Declared, declared: ReadonlyMap<Class, Declared>): string[] {
  const { entity, owner } = table;
  if (owner === undefined) {
    return [
      `${entity.name}: say whose its rows are: @OwnedBy.columns('customerId'), @OwnedBy.through('caseId', () => Case), or @OwnedBy.nobody('why')`,
    ];
  }
  return owner.kind === 'nobody'
    ? problemsOfNobodys(table, declared)
    : [
        ...problemsOfOwner(table, owner, declared),
        ...unnamedCustomers(table, owner),
        ...problemsOfErasure(table, owner),
      ];
}

/** A merge reaches only the customers that are declared. */
function unnamedCustomers({ entity, columns }: Declared, owner: Owner): string[] {
  if (owner.kind !== 'columns' && owner.kind !== 'through') return [];
  const own = owner.kind === 'columns' ? owner.properties : [];
  const others = columns.filter((column) => namesCustomer(column) && !own.includes(column.property));
  return [
    ...others.map(
      ({ property }) =>
        `${entity.name}.${property}: it names a customer; say so by @OwnedBy.columns(…), one id a column`,
    ),
    ...columns
      .filter(({ property, type }) => own.includes(property) && type !== 'uuid')
      .map(
        ({ property, type }) => `${entity.name}.${property}: it holds a customer's id, so it is a uuid, not ${type}`,
      ),
  ];
}

/** Whether a column holds the ids of customers, by its name in code or in the database: `introducedByCustomerId`, `customer_ids`. */
function namesCustomer({ property, name }: Column): boolean {
  return /(^c|C)ustomerIds?$/.test(property) || /(^|_)customer_ids?$/.test(name);
}

function problemsOfOwner(
  { entity, columns }: Declared,
  owner: Owner,
  declared: ReadonlyMap<Class, Declared>,
): string[] {
  const key = customerKeyOf(entity);
  const named = [
    ...ownProperties(owner),
    ...(key?.properties ?? []),
    ...(key?.newest === undefined ? [] : [key.newest]),
  ];
  const own = named.flatMap((property) => lacks(entity.name, columns, property));
  if (owner.kind !== 'through' && owner.kind !== 'referrers') return own;
  const other = declared.get(owner.entity());
  if (other === undefined)
    return [`${entity.name}: ${owner.entity().name} is no entity of this subgraph; @OwnedBy names it`];
  if (isNobodys(other, declared)) return [`${entity.name}: ${other.entity.name} is nobody's; @OwnedBy names it`];
  return owner.kind === 'through' ? own : lacks(other.entity.name, other.columns, owner.property);
}

function lacks(name: string, columns: readonly Column[], property: string): string[] {
  return columns.some((column) => column.property === property)
    ? []
    : [`${name}.${property}: there is no such column; @OwnedBy or @KeyOfCustomer names it`];
}

function problemsOfErasure({ entity, columns }: Declared, owner: Owner): string[] {
  const said = erasureOf(entity);
  if (said?.row === true || owner.kind === 'referrers') {
    return said && said.columns.size > 0 ? [`${entity.name}: its rows go whole; take @OnErasure off its columns`] : [];
  }
  const own = ownProperties(owner);
  return columns.flatMap(({ property, isPrimary, isNullable }) => {
    const what = said?.columns.get(property);
    if (what === 'clear' && !isNullable)
      return [`${entity.name}.${property}: it cannot be null; use @OnErasure.write(…)`];
    if (what !== undefined || isPrimary || own.includes(property)) return [];
    return [
      `${entity.name}.${property}: say what erasure does: @OnErasure.keep, .clear or .write(…); or @OnErasure.deleteRow on the class`,
    ];
  });
}

function ownProperties(owner: Owner | undefined): readonly string[] {
  if (owner?.kind === 'columns') return owner.properties;
  return owner?.kind === 'through' || owner?.kind === 'recorded' ? [owner.property] : [];
}

/** What refers to somebody's row is somebody's. */
function problemsOfNobodys({ entity, columns }: Declared, declared: ReadonlyMap<Class, Declared>): string[] {
  const said = erasureOf(entity);
  const owned = [...declared.values()].filter((other) => !isNobodys(other, declared)).map((other) => other.entity.name);
  const references = columns.flatMap((column) => {
    const { property } = column;
    const whose = owned.find((name) => isReference(property, name)) ?? (namesCustomer(column) && 'Customer');
    return whose ? [`${entity.name}.${property}: it refers to a ${whose}, so its rows are not nobody's`] : [];
  });
  return said ? [...references, `${entity.name}: its rows are nobody's; take @OnErasure off it`] : references;
}

/** Whether a property holds the id of an entity, by its name: `caseId` and `parentCaseId` are a case's. */
function isReference(property: string, entity: string): boolean {
  const id = `${entity}Id`;
  return property === id[0]?.toLowerCase() + id.slice(1) || property.endsWith(id);
}

function isNobodys({ owner }: Declared, declared: ReadonlyMap<Class, Declared>): boolean {
  if (owner === undefined || owner.kind === 'nobody') return true;
  if (owner.kind !== 'through' && owner.kind !== 'referrers') return false;
  const other = declared.get(owner.entity());
  return other === undefined || isNobodys(other, declared);
}
