import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { ObjectLiteral } from 'typeorm';
import { decodeCursor, encodeCursor, type KeyType } from './cursor.js';
import type { Class } from '../graph/Class.js';
import type { Database } from './Database.js';
import { badUserInput } from '../graph/errors.js';
import { MAX_PAGE_SIZE, type PageWindow } from '../graph/PageArguments.js';
import type { RowPage } from '../graph/RowPage.js';

/**
 * An order of a list: by `by`, then by `tie` (the id, where none is given), both in one direction, so that one index
 * serves the order and the keyset. Each order needs the index `(…filter columns, by, tie)`.
 */
export interface ListOrder {
  /** SQL over the alias `t`, never null: `t.placed_at`, or `coalesce(t.opened_at, '-infinity')` with an index on just that. */
  readonly by: string;
  readonly type: KeyType;
  readonly direction: 'ASC' | 'DESC';
  /** For rows of equal `by` whose order means something, such as a ledger's sequence: SQL over `t`, unique, never null. Not for texts. */
  readonly tie?: { readonly by: string; readonly type: KeyType };
}

const ID = { by: 't.id', type: 'uuid' } as const;

/** One list as a resolver asks for it. */
export interface ListQuery<T extends ObjectLiteral> {
  readonly entity: Class<T>;
  /** Conditions over the alias `t`, joined by AND. */
  readonly where: readonly Sql[];
  /** Its name (`PLACED_AT_DESC`) is part of the cursor. */
  readonly orderName: string;
  readonly order: ListOrder;
  readonly page: PageWindow;
}

/** What a cursor of the list must have been made for. */
function listName<T extends ObjectLiteral>(query: ListQuery<T>): string {
  return `${query.entity.name}.${query.orderName}`;
}

/**
 * Whether the list is in the order of a text, such as a name. Its cursors hold the row's id alone: a text may be personal, and a cursor goes
 * to callers who must not see it.
 */
function isByText<T extends ObjectLiteral>({ order }: ListQuery<T>): boolean {
  return order.type === 'text';
}

function keyset<T extends ObjectLiteral>(query: ListQuery<T>): string[] | null {
  const { after } = query.page;
  if (after === undefined || after === null) return null;
  const { type, tie = ID } = query.order;
  const types = isByText(query) ? [ID.type] : [type, tie.type];
  return decodeCursor(after, listName(query), types, cursorArgument(query.page));
}

function cursorArgument({ backwards }: PageWindow): string {
  return backwards ? 'before' : 'after';
}

/** Throws BAD_USER_INPUT when the size of a page is not 1 to 100. */
export function checkFirst(first: number, argument = 'first'): void {
  if (first < 1 || first > MAX_PAGE_SIZE) {
    throw badUserInput(`${argument} must be 1 to ${MAX_PAGE_SIZE}, not ${first}`, argument);
  }
}

/** Throws BAD_USER_INPUT for `first` out of 1 to 100, and for a cursor that is malformed or of another list. */
export function checkPage<T extends ObjectLiteral>(query: ListQuery<T>): void {
  checkFirst(query.page.first, query.page.backwards ? 'last' : 'first');
  keyset(query);
}

/** In which direction the rows are read: that of the order, or the other. */
function readingDirection<T extends ObjectLiteral>({ order, page }: ListQuery<T>): 'ASC' | 'DESC' {
  if (!page.backwards) return order.direction;
  return order.direction === 'ASC' ? 'DESC' : 'ASC';
}

/** @param table the list's own, in which a row is found by its id */
function keysetCondition<T extends ObjectLiteral>(query: ListQuery<T>, table: string): Sql {
  const values = keyset(query);
  if (values === null) return empty;
  const { by, type, tie = ID } = query.order;
  const [value, tieValue] = values;
  const comparison = raw(readingDirection(query) === 'ASC' ? '>' : '<');
  if (isByText(query)) {
    // Where the row is now, should its name have changed since.
    const place = sql`(SELECT ${raw(by)} FROM ${raw(table)} t WHERE t.id = ${value}::uuid)`;
    return sql`AND (${raw(by)}, t.id) ${comparison} (${place}, ${value}::uuid)`;
  }
  return sql`AND (${raw(by)}, ${raw(tie.by)}) ${comparison} (${value}::${raw(type)}, ${tieValue}::${raw(tie.type)})`;
}

type PageRow = Record<string, unknown> & { readonly __parent: string; readonly __by: string; readonly __tie: string };

/** SQLSTATE class 22: a value that its type cannot hold. */
function isDataException(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('22');
}

/**
 * Reads one page of the same list for each of many parents, in one statement: each parent's rows come off the index
 * by a LATERAL join, so a parent with a million rows costs no more than one with ten.
 * @param parentColumn the column that holds the parent's id; null for a list at the root, with one nameless parent
 * @param parentIds distinct; ignored at the root
 * @returns a page for each parent, in their order
 * @throws BAD_USER_INPUT for a cursor of another list
 */
export async function readPages<T extends ObjectLiteral>(
  database: Database,
  query: ListQuery<T>,
  parentColumn: string | null,
  parentIds: readonly string[],
): Promise<RowPage<T>[]> {
  const { table, columns } = database.selection(query.entity);
  const { by, tie = ID } = query.order;
  const direction = readingDirection(query);
  const list = listName(query);
  const conditions = join([sql`TRUE`, ...query.where], ' AND ');
  const ofParent = parentColumn === null ? sql`TRUE` : sql`t.${raw(`"${parentColumn}"`)} = parent.id`;
  // The keyset is read as text: a Date has milliseconds, Postgres has microseconds, and a cursor must not round.
  const statement = sql`
    SELECT page.* FROM unnest(${parentIds}::uuid[]) AS parent(id) CROSS JOIN LATERAL (
      SELECT parent.id AS "__parent", (${raw(by)})::text AS "__by", (${raw(tie.by)})::text AS "__tie",
        ${raw(columns)}
      FROM ${raw(table)} t
      WHERE ${ofParent} AND ${conditions} ${keysetCondition(query, table)}
      ORDER BY ${raw(by)} ${raw(direction)}, ${raw(tie.by)} ${raw(direction)}
      LIMIT ${query.page.first + 1}
    ) AS page`;
  const rows = await database.query<PageRow>(statement).catch((error: unknown) => {
    // A keyset that looks right and is not, such as the 30th of February: only Postgres can tell.
    if (typeof query.page.after === 'string' && isDataException(error)) {
      const argument = cursorArgument(query.page);
      throw badUserInput(`${argument} is not a cursor that this graph gave out`, argument);
    }
    throw error;
  });

  if (rows.length === 0 && isByText(query)) await checkPlace(database, query, table);

  const rowsOf = new Map<string, PageRow[]>(parentIds.map((id) => [id, []]));
  for (const row of rows) rowsOf.get(row.__parent)?.push(row);
  return parentIds.map((parentId) => {
    const found = rowsOf.get(parentId) ?? [];
    const shown = found.slice(0, query.page.first);
    if (query.page.backwards) shown.reverse();
    return {
      rows: database.hydrate(query.entity, shown),
      cursorAt: (index) => {
        const row = shown[index];
        if (row === undefined) return null;
        return encodeCursor(list, isByText(query) ? [row.__tie] : [row.__by, row.__tie]);
      },
      hasMore: found.length > shown.length,
    };
  });
}

/** Throws BAD_USER_INPUT when the row of the cursor is gone, and its place with it. */
async function checkPlace<T extends ObjectLiteral>(
  database: Database,
  query: ListQuery<T>,
  table: string,
): Promise<void> {
  const [id] = keyset(query) ?? [];
  if (id === undefined) return;
  const found = await database.query(sql`SELECT 1 FROM ${raw(table)} t WHERE t.id = ${id}::uuid`);
  if (found.length > 0) return;
  const argument = cursorArgument(query.page);
  throw badUserInput(`${argument} is the cursor of a row that is gone; read the list from its beginning`, argument);
}

/** Counts the same list for each of many parents, in one statement. Same arguments as `readPages`. */
export async function countRows<T extends ObjectLiteral>(
  database: Database,
  query: Pick<ListQuery<T>, 'entity' | 'where'>,
  parentColumn: string | null,
  parentIds: readonly string[],
): Promise<number[]> {
  const { table } = database.selection(query.entity);
  const conditions = join([sql`TRUE`, ...query.where], ' AND ');
  if (parentColumn === null) {
    const [row] = await database.query<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM ${raw(table)} t WHERE ${conditions}`,
    );
    return parentIds.map(() => row?.n ?? 0);
  }
  const column = raw(`t."${parentColumn}"`);
  const rows = await database.query<{ parent: string; n: number }>(sql`
    SELECT ${column} AS parent, count(*)::int AS n FROM ${raw(table)} t
    WHERE ${column} = ANY(${parentIds}::uuid[]) AND ${conditions} GROUP BY 1`);
  const counts = new Map(rows.map((row) => [row.parent, row.n]));
  return parentIds.map((id) => counts.get(id) ?? 0);
}
