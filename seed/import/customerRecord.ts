import type { CustomerLink, FoundCustomers } from './customerLinks.js';
import { recordId } from '../../subgraphs/kit/flow/recordId.js';
import type { SourceRow } from './SourceRow.js';
import { whyUnstorable } from './whyUnstorable.js';

/**
 * Links rows to the customer who is a record of a file: whoever has the record's key as an external id, by whatever way they came in; else the one whom
 * the import makes of it.
 *
 * @param source of the record
 * @param entity what records of that file are
 * @param keyOf the parts of the key as a row has them; a row that lacks one means nobody
 * @returns null for records that are no customers
 */
export function customerRecord(
  source: string,
  entity: string,
  keyOf: (row: SourceRow) => readonly (string | null)[],
): CustomerLink | null {
  if (entity !== 'identity.Customer') return null;
  return {
    type: 'record',
    read: (row) => {
      const parts = keyOf(row);
      const given = parts.filter((part) => part !== null);
      const key = given.join('/');
      if (given.length < parts.length || whyUnstorable(key) !== null) return null;
      return { source, key, id: recordId(source, entity, ...given) };
    },
  };
}

/** The customer who was found for a row; null when the row was not looked up, or by no such link. */
export function foundRecord(link: CustomerLink | null, row: SourceRow, found: FoundCustomers): string | null {
  const id = link === null ? undefined : found.get(link)?.get(row);
  return typeof id === 'string' ? id : null;
}
