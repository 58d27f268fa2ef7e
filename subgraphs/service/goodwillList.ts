import type { Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const GoodwillOrderBy = enumType('GoodwillOrderBy', 'An order of goodwill.', {
  GRANTED_AT_DESC: 'The latest first.',
  GRANTED_AT_ASC: 'The earliest first.',
});
export type GoodwillOrderBy = keyof typeof GoodwillOrderBy;

export const GOODWILL_ORDERS: Record<GoodwillOrderBy, ListOrder> = {
  GRANTED_AT_DESC: { by: 't.granted_at', type: 'timestamptz', direction: 'DESC' },
  GRANTED_AT_ASC: { by: 't.granted_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which goodwill.' })
export class GoodwillFilter {
  @Field(() => ID, { nullable: true, description: 'Granted by this employee.' })
  employeeId?: string | null;
}

/** The conditions of a filter over the alias `t`. */
export function goodwillConditions(filter: GoodwillFilter | null | undefined): Sql[] {
  return typeof filter?.employeeId === 'string' ? [idFilter('employee_id', filter.employeeId)] : [];
}
