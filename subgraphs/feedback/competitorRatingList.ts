import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const CompetitorRatingOrderBy = enumType('CompetitorRatingOrderBy', 'An order of competitor ratings.', {
  RATED_AT_DESC: 'The latest first.',
  RATED_AT_ASC: 'The earliest first.',
});
export type CompetitorRatingOrderBy = keyof typeof CompetitorRatingOrderBy;

export const COMPETITOR_RATING_ORDERS: Record<CompetitorRatingOrderBy, ListOrder> = {
  RATED_AT_DESC: { by: 't.rated_at', type: 'timestamptz', direction: 'DESC' },
  RATED_AT_ASC: { by: 't.rated_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which competitor ratings; all conditions must hold.' })
export class CompetitorRatingFilter {
  @Field(() => String, { nullable: true, description: 'Of exactly this competitor. At most 100 characters.' })
  competitor?: string | null;

  @Field(() => String, { nullable: true, description: 'In exactly this experience. At most 200 characters.' })
  experience?: string | null;
}

/**
 * The conditions of a filter over the alias `t`.
 * @throws BAD_USER_INPUT for a name that none can have
 */
export function competitorRatingConditions(filter: CompetitorRatingFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.competitor === 'string') {
    conditions.push(sql`t.competitor = ${parseInput(text(100), filter.competitor, 'filter.competitor')}`);
  }
  if (typeof filter?.experience === 'string') {
    conditions.push(sql`t.experience = ${parseInput(text(200), filter.experience, 'filter.experience')}`);
  }
  return conditions;
}
