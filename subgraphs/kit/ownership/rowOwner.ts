import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import { nameAs, nameMerged } from '../flow/nameCustomers.js';
import type { Class } from '../graph/Class.js';
import { holdCustomer } from './holdCustomer.js';
import { keyedTable } from './ownedTables.js';

/**
 * Whether a row is of another customer. Rows follow a merge or an unmerge moments later, so it is asked who that is by now for whom it was recorded.
 *
 * @param entity of the row, which has one owner
 * @param id of the row
 * @param customerId who it should be, by now; null for nobody in particular
 * @returns false for a row that is not there, or is nobody's yet
 */
export async function isOfAnother(
  manager: EntityManager,
  entity: Class,
  id: string,
  customerId: string | null | undefined,
): Promise<boolean> {
  if (customerId === null || customerId === undefined) return false;
  const recordedFor = await recordedOwner(manager, entity, id);
  if (recordedFor === null) return false;
  const [row] = await manager.query<{ isOne: boolean }[]>(
    `SELECT count(DISTINCT coalesce(a.canonical_id, c.id)) = 1 AS "isOne"
     FROM unnest($1::uuid[]) AS c (id) LEFT JOIN customer_alias a ON a.customer_id = c.id`,
    [[recordedFor, customerId]],
  );
  return row?.isOne !== true;
}

/**
 * Whose a row is by now, and until the transaction ends, as `holdCustomer` says it. What is then written of them is recorded for whom the row was.
 *
 * @param entity of the row, which has one owner
 * @param id of the row
 * @returns null for a row that is not there, or is nobody's yet
 */
export async function holdOwner(manager: EntityManager, entity: Class, id: string): Promise<string | null> {
  const recordedFor = await recordedOwner(manager, entity, id);
  if (recordedFor === null) return null;
  const current = await holdCustomer(manager, recordedFor);
  if (current !== recordedFor) await nameMerged(manager, recordedFor, current);
  return current;
}

/**
 * Whether a row is of a customer, for whoever writes something that refers to it: what the transaction then writes of the customer is recorded for whom the row was, so that
 * both are of the same person after an unmerge, too.
 *
 * @param entity of the row, which has one owner
 * @param id of a row that is there
 * @param customerId who it should be, by now; held from being merged
 * @returns false where it is another's; then nothing is changed. True for what is nobody's yet
 */
export async function recordAsOf(
  manager: EntityManager,
  entity: Class,
  id: string,
  customerId: string,
): Promise<boolean> {
  if (await isOfAnother(manager, entity, id, customerId)) return false;
  const recordedFor = await recordedOwner(manager, entity, id);
  if (recordedFor !== null) await nameAs(manager, customerId, recordedFor);
  return true;
}

/**
 * For whom a row was recorded, which never changes.
 *
 * @param entity of the row, which has one owner
 * @returns null for a row that is not there, or is nobody's yet
 */
export async function recordedOwner(manager: EntityManager, entity: Class, id: string): Promise<string | null> {
  const { name, owners } = keyedTable(entity);
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) throw new Error(`a ${entity.name} has not one owner`);
  const [row] = await manager.query<{ recordedFor: string | null }[]>(
    `SELECT ${escapeIdentifier(owner.recorded)} AS "recordedFor" FROM ${escapeIdentifier(name)} WHERE id = $1`,
    [id],
  );
  return row?.recordedFor ?? null;
}
