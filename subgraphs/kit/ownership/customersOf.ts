/** The name of the entity that all subgraphs share. */
export const CUSTOMER = 'Customer';

/** The properties that say whose a row is. A membership is about two customers. */
const OWNERS = ['customerId', 'personId', 'organizationId'] as const;

function property(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Whose data an object is, by what all subgraphs have in common: the customer itself, a row with `customerId` (or `personId` and
 * `organizationId`), the edge of such a row in a list, a payload with a `customer`.
 * @param typename its GraphQL type
 * @returns ids as they are written there; none for what is of no customer
 */
export function customersOf(value: unknown, typename: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (typename === CUSTOMER) return [property(value, 'id')].filter(isText);
  if (typename.endsWith('Edge')) return customersOf(property(value, 'node'), typename.slice(0, -'Edge'.length));
  const owners = OWNERS.map((name) => property(value, name)).filter(isText);
  return owners.length > 0 ? owners : customersOf(property(value, 'customer'), CUSTOMER);
}
