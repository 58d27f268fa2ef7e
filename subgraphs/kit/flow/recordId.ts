import { v5 as uuid } from 'uuid';

/** Ours alone; changing it would make every later import and webhook write everything a second time. */
const NAMESPACE = 'd94eb400-f71b-4a36-b2c9-c05df410999e';

/**
 * The id of a row that comes from another system: the same for the same source, entity and key, today and at the next import, by a file or by the
 * graph.
 * @param source the other system, as the mapping or the caller names it: `maven-crm`
 * @param entity `sales.Opportunity`
 * @param key what the source knows the record by, and the name of the part where one record becomes several rows
 * @returns a UUID of version 5 (RFC 9562)
 */
export function recordId(source: string, entity: string, ...key: readonly string[]): string {
  return uuid(JSON.stringify([source, entity, ...key]), NAMESPACE);
}
