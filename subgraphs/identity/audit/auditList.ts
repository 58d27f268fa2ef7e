import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { DateTime } from '../../kit/graph/DateTime.js';
import { idFilter } from '../../kit/sql/idFilter.js';
import type { ListOrder } from '../../kit/sql/readPages.js';
import { AuditAction } from '../entities/AuditEntry.js';

/** What happened last first. */
export const AUDIT_ORDER: ListOrder = { by: 't.at', type: 'timestamptz', direction: 'DESC' };

@InputType({ description: 'Which entries of the audit log; all conditions must hold.' })
export class AuditLogFilter {
  @Field(() => DateTime, { nullable: true, description: 'At this moment or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' })
  to?: Date | null;

  @Field(() => AuditAction, { nullable: true, description: 'Only what was read, or only what was changed.' })
  action?: AuditAction | null;

  @Field(() => String, { nullable: true, description: 'Of just this subject.' })
  subject?: string | null;
}

/**
 * The conditions of a filter, over the alias `t`.
 * @param mergedIds of those who were merged into the customer: what was done under their ids was done with the same person's data
 */
export function auditConditions(
  customerId: string,
  mergedIds: readonly string[],
  filter: AuditLogFilter | null | undefined,
): Sql[] {
  const own = idFilter('customer_id', customerId);
  const conditions = [mergedIds.length === 0 ? own : sql`(${own} OR t.customer_id = ANY(${mergedIds}::uuid[]))`];
  if (filter?.from) conditions.push(sql`t.at >= ${filter.from}::timestamptz`);
  if (filter?.to) conditions.push(sql`t.at < ${filter.to}::timestamptz`);
  if (filter?.action) conditions.push(sql`t.action = ${filter.action}`);
  if (typeof filter?.subject === 'string') conditions.push(sql`t.subject = ${filter.subject}`);
  return conditions;
}
