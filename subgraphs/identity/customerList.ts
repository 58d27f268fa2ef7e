import sql, { join, type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { SCOPES } from '../../schema/contract.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { hasWords, sortedAfterwards } from '../kit/sql/wordSearch.js';
import { CustomerKind, CustomerRole } from './entities/Customer.js';
import { phoneCandidates } from './phone.js';

export const CustomerOrderBy = enumType('CustomerOrderBy', 'An order of customers.', {
  CREATED_AT_DESC: 'Those whom we know for the shortest time first.',
  CREATED_AT_ASC: 'Those whom we know for the longest time first.',
  DISPLAY_NAME_ASC: { description: 'By name, whatever the case.', scopes: [SCOPES.readPersonalData] },
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

  @Field(() => DateTime, { nullable: true, description: 'Whom we know since this moment or later.' })
  createdFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Whom we knew before this moment.' })
  createdTo?: Date | null;
}

/** The last of all characters: what begins with x lies between x and x with this behind it. */
const LAST = '\u{10ffff}';

/** What may be a phone number: no letters, and six digits or more; fewer are a number of a house or a year. */
const PHONE = /^(tel:)?([^\p{L}\d]*\d){6,}[^\p{L}]*$/iu;

/** Those who have an identifier that the search is, or with `beginnings` the beginning of an email address, as a statement. */
function owners(search: string, beginnings: boolean): Sql {
  const found = [sql`SELECT customer_id FROM external_id WHERE id = ${search}`];
  if (/^\S+@\S*$/.test(search)) {
    const email = search.toLowerCase();
    const matches = beginnings ? sql`value ~>=~ ${email} AND value ~<~ ${email + LAST}` : sql`value = ${email}`;
    found.push(sql`SELECT customer_id FROM customer_identifier WHERE type = 'EMAIL' AND ${matches}`);
  }
  const phones = PHONE.test(search) ? phoneCandidates(search) : [];
  if (phones.length > 0) {
    found.push(
      sql`SELECT customer_id FROM customer_identifier WHERE type = 'PHONE' AND value = ANY(${phones}::text[])`,
    );
  }
  return join(found, ' UNION ALL ');
}

/** The order of a list: what is found by a search, or by a span of time that is not the order, is sorted afterwards. */
export function customerOrder(
  orderBy: CustomerOrderBy,
  filter: CustomerFilter | null | undefined,
  search: string | null,
): ListOrder {
  const order = CUSTOMER_ORDERS[orderBy];
  const spanApart = orderBy === 'DISPLAY_NAME_ASC' && (filter?.createdFrom || filter?.createdTo);
  return search !== null || spanApart ? sortedAfterwards(order) : order;
}

/**
 * The conditions of a filter and a search, over the alias `t`.
 * @param search each of its words begins a word of the name, or it is an identifier of theirs
 * @param seesNames whether the caller may see names. Who may not could find them out letter by letter, so for them the search is a whole
 *   identifier: what they know already
 */
export function customerConditions(
  filter: CustomerFilter | null | undefined,
  search: string | null | undefined,
  seesNames: boolean,
): Sql[] {
  const conditions: Sql[] = [sql`t.erased_at IS NULL`, sql`t.merged_into IS NULL`];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (filter?.role) conditions.push(sql`t.roles @> ARRAY[${filter.role}]`);
  if (filter?.householdId) conditions.push(idFilter('household_id', filter.householdId));
  if (filter?.createdFrom) conditions.push(sql`t.created_at >= ${filter.createdFrom}::timestamptz`);
  if (filter?.createdTo) conditions.push(sql`t.created_at < ${filter.createdTo}::timestamptz`);
  if (search) {
    const owned = sql`t.id = ANY(ARRAY(${owners(search, seesNames)}))`;
    conditions.push(seesNames ? sql`(${hasWords('words_of(t.display_name)', search)} OR ${owned})` : owned);
  }
  return conditions;
}
