import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { LeadSource } from './entities/Lead.js';
import { LeadStatus } from './leadStatus.js';

export const LeadOrderBy = enumType('LeadOrderBy', 'An order of leads.', {
  CAPTURED_AT_DESC: 'The newest first.',
  CAPTURED_AT_ASC: 'The oldest first.',
});
export type LeadOrderBy = keyof typeof LeadOrderBy;

export const LEAD_ORDERS: Record<LeadOrderBy, ListOrder> = {
  CAPTURED_AT_DESC: { by: 't.captured_at', type: 'timestamptz', direction: 'DESC' },
  CAPTURED_AT_ASC: { by: 't.captured_at', type: 'timestamptz', direction: 'ASC' },
};

/** Leads, over the alias `t`, that somebody has to do something about: in the words of the partial index. */
export const OPEN_LEAD = sql`t.status IN ('NEW', 'WORKING', 'QUALIFIED')`;

@InputType({ description: 'Which leads; all conditions must hold.' })
export class LeadFilter {
  @Field(() => LeadStatus, { nullable: true, description: 'In this state.' })
  status?: LeadStatus | null;

  @Field(() => LeadSource, { nullable: true, description: 'That came to us in this way.' })
  source?: LeadSource | null;

  @Field(() => ID, { nullable: true, description: 'Followed up by this employee.' })
  ownerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function leadConditions(filter: Partial<LeadFilter> | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.status) conditions.push(sql`t.status = ${filter.status}`);
  if (filter?.source) conditions.push(sql`t.source = ${filter.source}`);
  if (typeof filter?.ownerId === 'string') conditions.push(idFilter('owner_id', filter.ownerId));
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  return conditions;
}
