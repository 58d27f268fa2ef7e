import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import { parseInput } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { surveyPeriod } from './employeeSurveyInput.js';
import { EmployeeSurveyKind } from './employeeSurveyKind.js';

export const EmployeeSurveyOrderBy = enumType('EmployeeSurveyOrderBy', "An order of employees' answers.", {
  ANSWERED_AT_DESC: 'The latest first.',
  ANSWERED_AT_ASC: 'The earliest first.',
});
export type EmployeeSurveyOrderBy = keyof typeof EmployeeSurveyOrderBy;

export const EMPLOYEE_SURVEY_ORDERS: Record<EmployeeSurveyOrderBy, ListOrder> = {
  ANSWERED_AT_DESC: { by: 't.answered_at', type: 'timestamptz', direction: 'DESC' },
  ANSWERED_AT_ASC: { by: 't.answered_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: "Which employees' answers; all conditions must hold." })
export class EmployeeSurveyFilter {
  @Field(() => ID, { nullable: true, description: 'Of this employee.' })
  employeeId?: string | null;

  @Field(() => EmployeeSurveyKind, { nullable: true, description: 'Of this kind.' })
  kind?: EmployeeSurveyKind | null;

  @Field(() => String, { nullable: true, description: 'About exactly this time: `2026`, `2026-Q3` or `2026-09`.' })
  period?: string | null;
}

/**
 * The conditions of a filter over the alias `t`.
 * @throws BAD_USER_INPUT for a period that is none
 */
export function employeeSurveyConditions(filter: EmployeeSurveyFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.employeeId === 'string') conditions.push(idFilter('employee_id', filter.employeeId));
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.period === 'string') {
    conditions.push(sql`t.period = ${parseInput(surveyPeriod, filter.period, 'filter.period')}`);
  }
  return conditions;
}
