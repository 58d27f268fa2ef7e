import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType, Int } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const ReviewOrderBy = enumType('ReviewOrderBy', 'An order of reviews.', {
  PUBLISHED_AT_DESC: 'The latest first.',
  PUBLISHED_AT_ASC: 'The earliest first.',
});
export type ReviewOrderBy = keyof typeof ReviewOrderBy;

export const REVIEW_ORDERS: Record<ReviewOrderBy, ListOrder> = {
  PUBLISHED_AT_DESC: { by: 't.published_at', type: 'timestamptz', direction: 'DESC' },
  PUBLISHED_AT_ASC: { by: 't.published_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which reviews; all conditions must hold.' })
export class ReviewFilter {
  @Field(() => String, { nullable: true, description: 'On exactly this site. At most 100 characters.' })
  site?: string | null;

  @Field(() => Int, { nullable: true, description: 'With exactly so many stars, 1 to 5.' })
  rating?: number | null;
}

/**
 * The conditions of a filter over the alias `t`.
 * @throws BAD_USER_INPUT for a site that none can have
 */
export function reviewConditions(filter: ReviewFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.site === 'string') {
    conditions.push(sql`t.site = ${parseInput(text(100), filter.site, 'filter.site')}`);
  }
  if (typeof filter?.rating === 'number') conditions.push(sql`t.rating = ${filter.rating}::integer`);
  return conditions;
}
