import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/enumType.js';
import { idFilter } from '../kit/idFilter.js';
import type { ListOrder } from '../kit/readPages.js';
import { CustomerKind, CustomerRole } from './entities/Customer.js';

export const CustomerOrderBy = enumType('CustomerOrderBy', 'An order of customers.', {
  CREATED_AT_DESC: 'Those whom we know for the shortest time first.',
  CREATED_AT_ASC: 'Those whom we know for the longest time first.',
  DISPLAY_NAME_ASC: 'By name, whatever the case.',
});
export type CustomerOrderBy = keyof typeof CustomerOrderBy;

export const CUSTOMER_ORDERS: Record<CustomerOrderBy, ListOrder> = {
  CREATED_AT_DESC: { by: 't.created_at', type: 'timestamptz', direction: 'DESC' },
  CREATED_AT_ASC: { by: 't.created_at', type: 'timestamptz', direction: 'ASC' },
  DISPLAY_NAME_ASC: { by: 'lower(t.display_name)', type: 'text', direction: 'ASC' },
};

@InputType({ description: 'Which customers; all conditions must hold.' })
export class CustomerFilter {
  @Field(() => CustomerKind, { nullable: true, description: 'Of this kind.' })
  kind?: CustomerKind | null;

  @Field(() => CustomerRole, { nullable: true, description: 'With this role among theirs.' })
  role?: CustomerRole | null;

  @Field(() => ID, { nullable: true, description: 'Of this household.' })
  householdId?: string | null;
}

/** Words of letters and digits, as Postgres' `simple` text search makes them. */
function words(search: string): string[] {
  return search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The conditions of a filter and a search (each word begins a word of the name), over the alias `t`. */
export function customerConditions(
  filter: CustomerFilter | null | undefined,
  search: string | null | undefined,
): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (filter?.role) conditions.push(sql`t.roles @> ARRAY[${filter.role}]`);
  if (filter?.householdId) conditions.push(idFilter('household_id', filter.householdId));
  if (search) {
    const query = words(search)
      .map((word) => `${word}:*`)
      .join(' & ');
    conditions.push(
      query === '' ? sql`FALSE` : sql`to_tsvector('simple', t.display_name) @@ to_tsquery('simple', ${query})`,
    );
  }
  return conditions;
}
