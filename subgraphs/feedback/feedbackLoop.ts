import { Field, ObjectType } from 'type-graphql';
import { SCOPES } from '../../schema/contract.js';
import { RequiresScopes } from '../kit/guard/RequiresScopes.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { Employee, employeeStub } from './entities/Employee.js';
import type { SurveyResponse } from './entities/SurveyResponse.js';
import { LoopOutcome } from './LoopOutcome.js';
import { npsCategory } from './npsCategory.js';

export const LoopStatus = enumType('LoopStatus', 'Whether somebody has followed up what a detractor said.', {
  OPEN: 'Nobody has yet.',
  CLOSED: 'Somebody has. It stays closed.',
});
export type LoopStatus = keyof typeof LoopStatus;

@ObjectType({ description: 'The follow-up of what a detractor said.', simpleResolvers: true })
export class FeedbackLoop {
  @Field(() => LoopStatus, { description: 'Whether somebody has followed up.' })
  status: LoopStatus;

  @Field(() => DateTime, { nullable: true, description: 'When it was closed; null while it is open.' })
  closedAt: Date | null;

  @Field(() => Employee, { nullable: true, description: 'Who followed up; null while it is open.' })
  employee: Employee | null;

  @Field(() => LoopOutcome, { nullable: true, description: 'What came of it; null while it is open.' })
  outcome: LoopOutcome | null;

  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What was said and done. At most 10,000 characters.' })
  note: string | null;
}

/** Where a response's loop is, and where it can go from there; null for a response that has none: it is no detractor's. */
export function loopStatus({ kind, score, loopClosedAt }: SurveyResponse): LoopStatus | null {
  if (kind !== 'NPS' || npsCategory(score) !== 'DETRACTOR') return null;
  return loopClosedAt === null ? 'OPEN' : 'CLOSED';
}

/** Which states can follow; from CLOSED there is no way back. */
export const NEXT_LOOP_STATUS: Readonly<Record<LoopStatus, readonly LoopStatus[]>> = { OPEN: ['CLOSED'], CLOSED: [] };

/** A response's loop as the graph shows it; null for a response that is no detractor's. */
export function feedbackLoop(response: SurveyResponse): FeedbackLoop | null {
  const status = loopStatus(response);
  return (
    status && {
      status,
      closedAt: response.loopClosedAt,
      employee: employeeStub(response.loopEmployeeId),
      outcome: response.loopOutcome,
      note: response.loopNote,
    }
  );
}
