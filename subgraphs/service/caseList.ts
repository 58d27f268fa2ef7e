import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { numberFilter } from './caseNumber.js';
import { CaseStatus } from './caseStatus.js';
import { CaseKind } from './entities/Case.js';

export const CaseOrderBy = enumType('CaseOrderBy', 'An order of cases.', {
  OPENED_AT_DESC: 'The newest first.',
  OPENED_AT_ASC: 'The oldest first.',
  RESOLUTION_DUE_AT_ASC: 'Those that must be resolved soonest first.',
});
export type CaseOrderBy = keyof typeof CaseOrderBy;

export const CASE_ORDERS: Record<CaseOrderBy, ListOrder> = {
  OPENED_AT_DESC: { by: 't.opened_at', type: 'timestamptz', direction: 'DESC' },
  OPENED_AT_ASC: { by: 't.opened_at', type: 'timestamptz', direction: 'ASC' },
  RESOLUTION_DUE_AT_ASC: { by: 't.resolution_due_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which cases; all conditions must hold.' })
export class CaseFilter {
  @Field(() => CaseStatus, { nullable: true, description: 'That stand there.' })
  status?: CaseStatus | null;

  @Field(() => CaseKind, { nullable: true, description: 'Of this kind.' })
  kind?: CaseKind | null;

  @Field(() => ID, { nullable: true, description: 'That this employee takes care of.' })
  assigneeId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The one with this number: `C-000123`, also written `c-123` or `123`.',
  })
  number?: string | null;
}

/** The conditions of a filter over the alias `t`. */
export function caseConditions(filter: CaseFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.status) conditions.push(sql`t.status = ${filter.status}`);
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.assigneeId === 'string') conditions.push(idFilter('assignee_id', filter.assigneeId));
  if (typeof filter?.number === 'string') conditions.push(numberFilter(filter.number));
  return conditions;
}
