import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import { LocalDate } from '../kit/graph/DateTime.js';
import { calendarDay } from './opportunityInput.js';

@InputType({ description: 'Days from one to another, both included, in UTC.' })
export class SalesPeriod {
  @Field(() => LocalDate, { description: 'The first day, 1900 to 2199.' })
  from: string;

  @Field(() => LocalDate, { description: 'The last day, 1900 to 2199, not before the first.' })
  to: string;
}

/** A period whose days are in order. */
export const salesPeriod = z
  .object({ from: calendarDay, to: calendarDay })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' });

/**
 * The condition that an opportunity, over the alias `t`, was decided in a period or, while it is open, should be: in the words
 * of its indexes.
 */
export function decidedIn({ from, to }: SalesPeriod): Sql {
  return sql`coalesce((t.closed_at AT TIME ZONE 'UTC')::date, t.expected_close_on) BETWEEN ${from}::date AND ${to}::date`;
}
