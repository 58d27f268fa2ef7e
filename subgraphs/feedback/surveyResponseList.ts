import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { SurveyKind } from './surveyKind.js';

export const SurveyResponseOrderBy = enumType('SurveyResponseOrderBy', 'An order of survey responses.', {
  RESPONDED_AT_DESC: 'The latest first.',
  RESPONDED_AT_ASC: 'The earliest first.',
});
export type SurveyResponseOrderBy = keyof typeof SurveyResponseOrderBy;

export const SURVEY_RESPONSE_ORDERS: Record<SurveyResponseOrderBy, ListOrder> = {
  RESPONDED_AT_DESC: { by: 't.responded_at', type: 'timestamptz', direction: 'DESC' },
  RESPONDED_AT_ASC: { by: 't.responded_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which survey responses; all conditions must hold.' })
export class SurveyResponseFilter {
  @Field(() => SurveyKind, { nullable: true, description: 'Of this kind.' })
  kind?: SurveyKind | null;

  @Field(() => ID, { nullable: true, description: 'To this survey.' })
  surveyId?: string | null;
}

/** The conditions of a filter over the alias `t`. */
export function surveyResponseConditions(filter: SurveyResponseFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.surveyId === 'string') conditions.push(idFilter('survey_id', filter.surveyId));
  return conditions;
}
