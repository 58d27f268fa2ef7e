import sql, { join, raw, type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { idFilter } from '../../kit/sql/idFilter.js';
import type { ListOrder } from '../../kit/sql/readPages.js';
import { ErasureState } from './erasureProgress.js';
import { STANDS } from './standingHold.js';

/** What was asked for last first. */
export const ERASURE_ORDER: ListOrder = { by: 't.requested_at', type: 'timestamptz', direction: 'DESC' };

/** What was placed last first. */
export const LEGAL_HOLD_ORDER: ListOrder = { by: 't.placed_at', type: 'timestamptz', direction: 'DESC' };

@InputType({ description: 'Which erasures; all conditions must hold.' })
export class ErasureFilter {
  @Field(() => [ErasureState], { nullable: true, description: 'In one of these states.' })
  state?: ErasureState[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this customer, by any id of theirs.' })
  customerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Those for which the receipt of this subgraph is awaited: `sales`.',
  })
  waitingFor?: string | null;
}

@InputType({ description: 'Which legal holds; all conditions must hold.' })
export class LegalHoldFilter {
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they stand, or were released or have ended.' })
  standing?: boolean | null;
}

const IN_STATE: Record<ErasureState, Sql> = {
  HELD: sql`t.started_at IS NULL`,
  RUNNING: sql`(t.started_at IS NOT NULL AND t.done_at IS NULL)`,
  DONE: sql`t.done_at IS NOT NULL`,
};

/** The conditions of a filter, over the alias `t`. */
export function erasureConditions(filter: ErasureFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.state) {
    const any = filter.state.map((state) => IN_STATE[state]);
    conditions.push(any.length === 0 ? sql`FALSE` : sql`(${join(any, ' OR ')})`);
  }
  if (typeof filter?.customerId === 'string') conditions.push(ofCustomer(filter.customerId));
  if (typeof filter?.waitingFor === 'string') {
    conditions.push(sql`t.started_at IS NOT NULL AND ${filter.waitingFor} = ANY(t.subgraphs) AND NOT EXISTS (
      SELECT FROM erasure_receipt r WHERE r.customer_id = t.erased_as AND r.subgraph = ${filter.waitingFor})`);
  }
  return conditions;
}

function ofCustomer(customerId: string): Sql {
  return sql`(${idFilter('customer_id', customerId)} OR ${customerId.toLowerCase()} = ANY(t.customer_ids::text[]))`;
}

/** The conditions of a filter, over the alias `t`. */
export function legalHoldConditions(filter: LegalHoldFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.standing === 'boolean') {
    conditions.push(filter.standing ? raw(STANDS) : sql`NOT (${raw(STANDS)})`);
  }
  return conditions;
}
