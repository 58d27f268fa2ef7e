import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { SCOPES } from '../../schema/contract.js';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { ArgumentScopes } from '../kit/guard/ArgumentScopes.js';
import { idFilter } from '../kit/sql/idFilter.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { hasWords, hasWordsAmongFew, sortedAfterwards } from '../kit/sql/wordSearch.js';
import { Department, Direction, Sentiment, TouchpointKind } from './entities/Touchpoint.js';

export const TouchpointOrderBy = enumType('TouchpointOrderBy', 'An order of touchpoints.', {
  OCCURRED_AT_DESC: 'The newest first.',
  OCCURRED_AT_ASC: 'The oldest first.',
});
export type TouchpointOrderBy = keyof typeof TouchpointOrderBy;

export const TOUCHPOINT_ORDERS: Record<TouchpointOrderBy, ListOrder> = {
  OCCURRED_AT_DESC: { by: 't.occurred_at', type: 'timestamptz', direction: 'DESC' },
  OCCURRED_AT_ASC: { by: 't.occurred_at', type: 'timestamptz', direction: 'ASC' },
};

const TEXT =
  'Each word of this begins a word of the summary, whatever the case: `late par` finds "A parcel came late". Punctuation separates words. At most 200 characters.';

@InputType({ description: 'Which touchpoints; all conditions must hold.' })
export class TouchpointFilter {
  @Field(() => ID, { nullable: true, description: 'With this customer.' })
  customerId?: string | null;

  @Field(() => Channel, { nullable: true, description: 'Through this channel.' })
  channel?: Channel | null;

  @Field(() => Department, { nullable: true, description: 'With this department.' })
  department?: Department | null;

  @Field(() => TouchpointKind, { nullable: true, description: 'Of this kind.' })
  kind?: TouchpointKind | null;

  @Field(() => ID, { nullable: true, description: 'With this employee.' })
  employeeId?: string | null;

  @Field(() => Direction, { nullable: true, description: 'In this direction.' })
  direction?: Direction | null;

  @Field(() => DateTime, { nullable: true, description: 'At or after this moment.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' })
  to?: Date | null;

  @ArgumentScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: TEXT })
  text?: string | null;
}

@InputType({ description: 'Which part of the timeline; all conditions must hold. An empty list leaves nothing out.' })
export class TimelineFilter {
  @Field(() => [Channel], { nullable: true, description: 'Through any of these channels.' })
  channels?: Channel[] | null;

  @Field(() => [Direction], { nullable: true, description: 'In any of these directions.' })
  directions?: Direction[] | null;

  @Field(() => [Department], { nullable: true, description: 'With any of these departments.' })
  departments?: Department[] | null;

  @Field(() => [TouchpointKind], { nullable: true, description: 'Of any of these kinds.' })
  kinds?: TouchpointKind[] | null;

  @Field(() => [Sentiment], { nullable: true, description: 'With any of these feelings of the customer.' })
  sentiments?: Sentiment[] | null;

  @Field(() => DateTime, { nullable: true, description: 'At or after this moment.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' })
  to?: Date | null;

  @ArgumentScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: TEXT })
  text?: string | null;
}

function spanConditions(filter: { from?: Date | null; to?: Date | null } | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.from) conditions.push(sql`t.occurred_at >= ${filter.from}::timestamptz`);
  if (filter?.to) conditions.push(sql`t.occurred_at < ${filter.to}::timestamptz`);
  return conditions;
}

/** The searched text, checked; null when nothing is searched. */
function searched(given: string | null | undefined): string | null {
  return typeof given === 'string' ? parseInput(text(200), given, 'filter.text') : null;
}

/** The order of a list at the root: with a text search over all customers, rows are found by their words and sorted then. */
export function touchpointOrder(orderBy: TouchpointOrderBy, filter: TouchpointFilter | null | undefined): ListOrder {
  const order = TOUCHPOINT_ORDERS[orderBy];
  return typeof filter?.text === 'string' && typeof filter.customerId !== 'string' ? sortedAfterwards(order) : order;
}

/** The conditions of a filter, over the alias `t`. */
export function touchpointConditions(filter: TouchpointFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (filter?.channel) conditions.push(sql`t.channel = ${filter.channel}`);
  if (filter?.department) conditions.push(sql`t.department = ${filter.department}`);
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.employeeId === 'string') conditions.push(idFilter('employee_id', filter.employeeId));
  if (filter?.direction) conditions.push(sql`t.direction = ${filter.direction}`);
  conditions.push(...spanConditions(filter));
  const search = searched(filter?.text);
  if (search !== null) {
    const ofOneCustomer = typeof filter?.customerId === 'string';
    conditions.push(ofOneCustomer ? hasWordsAmongFew('t.words', search) : hasWords('t.words', search));
  }
  return conditions;
}

/** The conditions of a filter of the timeline, over the alias `t`. */
export function timelineConditions(filter: TimelineFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.channels?.length) conditions.push(sql`t.channel = ANY(${filter.channels}::text[])`);
  if (filter?.directions?.length) conditions.push(sql`t.direction = ANY(${filter.directions}::text[])`);
  if (filter?.departments?.length) conditions.push(sql`t.department = ANY(${filter.departments}::text[])`);
  if (filter?.kinds?.length) conditions.push(sql`t.kind = ANY(${filter.kinds}::text[])`);
  if (filter?.sentiments?.length) conditions.push(sql`t.sentiment = ANY(${filter.sentiments}::text[])`);
  conditions.push(...spanConditions(filter));
  const search = searched(filter?.text);
  if (search !== null) conditions.push(hasWordsAmongFew('t.words', search));
  return conditions;
}
