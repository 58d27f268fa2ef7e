import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { SurveyKind } from './surveyKind.js';

export const SurveyOrderBy = enumType('SurveyOrderBy', 'An order of surveys.', {
  CREATED_AT_DESC: 'The newest first.',
  CREATED_AT_ASC: 'The oldest first.',
});
export type SurveyOrderBy = keyof typeof SurveyOrderBy;

export const SURVEY_ORDERS: Record<SurveyOrderBy, ListOrder> = {
  CREATED_AT_DESC: { by: 't.created_at', type: 'timestamptz', direction: 'DESC' },
  CREATED_AT_ASC: { by: 't.created_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which surveys; all conditions must hold.' })
export class SurveyFilter {
  @Field(() => SurveyKind, { nullable: true, description: 'Of this kind.' })
  kind?: SurveyKind | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they take responses.' })
  active?: boolean | null;
}

/** The conditions of a filter over the alias `t`. */
export function surveyConditions(filter: SurveyFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.active === 'boolean') conditions.push(sql`t.active = ${filter.active}`);
  return conditions;
}
