import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { EMPLOYEE_SCALES, EmployeeSurveyKind } from './employeeSurveyKind.js';

@InputType({ description: 'What an employee answered about working here.' })
export class RecordEmployeeSurveyInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Who answered: you by default, where you sign in as an employee. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;

  @Field(() => EmployeeSurveyKind, { description: 'What they were asked.' })
  kind: EmployeeSurveyKind;

  @Field(() => Int, { description: 'The answer, on the scale of the kind: ENGAGEMENT 1 to 5, ENPS 0 to 10.' })
  score: number;

  @Field(() => String, {
    description:
      'The time that it is about: a year `2026`, a quarter `2026-Q3` or a month `2026-09`. An employee answers once a kind and period.',
  })
  period: string;

  @Field(() => String, { nullable: true, description: 'What they wrote, word for word. At most 10,000 characters.' })
  verbatim?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When they answered. Not in the future, at most ten years back. Now by default.',
  })
  answeredAt?: Date | null;
}

/** A year, a quarter or a month. */
export const surveyPeriod = z
  .string()
  .regex(/^20\d\d(-(Q[1-4]|0[1-9]|1[0-2]))?$/, 'must be a year 2026, a quarter 2026-Q3 or a month 2026-09');

export const recordEmployeeSurveyInput = z
  .object({
    employeeId: z.string().toLowerCase().nullish(),
    kind: z.enum(EmployeeSurveyKind),
    score: z.int(),
    period: surveyPeriod,
    verbatim: text(10_000).nullish(),
    answeredAt: pastMoment.nullish(),
  })
  .superRefine(({ kind, score }, check) => {
    const { min, max } = EMPLOYEE_SCALES[kind];
    if (score >= min && score <= max) return;
    check.addIssue({ code: 'custom', path: ['score'], message: `must be ${min} to ${max} for ${kind}` });
  });
