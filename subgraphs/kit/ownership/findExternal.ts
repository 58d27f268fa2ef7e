import sql, { raw } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { recordId } from '../flow/recordId.js';
import type { Class } from '../graph/Class.js';
import { badUserInput } from '../graph/errors.js';
import type { ExternalIdInput } from '../graph/ExternalIdInput.js';
import type { Database } from '../sql/Database.js';
import { isOfAnother } from './rowOwner.js';
import { erasedCondition } from './erasedCondition.js';

/** A row that another system can know by an id of its own. */
interface ExternalRow {
  readonly id: string;
  readonly customerId: string | null;
}

/** Where the caller gave the id. */
const ARGUMENT = 'input.externalId';

/**
 * Looks for the row that another system knows by an id of its own, so that what is sent twice is written once: a week later too, and when an import brought
 * it, which derives the same id. Two who bring it at once take turns, so the second finds what the first wrote. Call it first in a transaction.
 *
 * @param externalId as the caller gave it, checked
 * @param said what the caller says of it that does not change: it is the same thing only with the same, except where one of both says nothing. Of the
 *   customer it is who they are by now
 * @returns the row that is there, else null, and the id that it gets: a new one without an `externalId`
 * @throws BAD_USER_INPUT where something else is recorded under the id, be it another customer's, or what was recorded is of a customer who was erased
 */
export async function findExternal<T extends ExternalRow>(
  database: Database,
  manager: EntityManager,
  entity: Class<T>,
  externalId: ExternalIdInput | null | undefined,
  said: Partial<T>,
): Promise<{ readonly id: string; readonly there: T | null }> {
  if (!externalId) return { id: uuid(), there: null };
  const id = recordId(externalId.source, `${database.subgraph}.${entity.name}`, externalId.id);
  await database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${id}, 0))`, manager);
  const [there] = await database.find<T>(entity, sql`t.id = ${id}`, manager);
  if (there === undefined) return { id, there: null };
  const { customerId, ...fixed } = said;
  const isOther = Object.entries(fixed).some(([property, value]) => differ(there[property as keyof T], value));
  if (isOther || (await isOfAnother(manager, entity, id, customerId))) {
    throw badUserInput(
      `${ARGUMENT}: something else is recorded under this id of ${externalId.source}, of another customer, person or kind`,
      ARGUMENT,
    );
  }
  if (await isErased(database, manager, entity, id)) {
    throw badUserInput(`${ARGUMENT}: it is of a customer who was erased; nothing can be written of them`, ARGUMENT);
  }
  return { id, there };
}

/** Whether both are known, and not the same. */
function differ(one: unknown, other: unknown): boolean {
  return (one ?? null) !== null && (other ?? null) !== null && one !== other;
}

async function isErased(database: Database, manager: EntityManager, entity: Class, id: string): Promise<boolean> {
  const condition = erasedCondition(database.dataSource, entity)?.('t', () => true) ?? 'false';
  const { table } = database.selection(entity);
  const rows = await database.query(
    sql`SELECT FROM ${raw(table)} t WHERE t.id = ${id} AND (${raw(condition)})`,
    manager,
  );
  return rows.length > 0;
}
