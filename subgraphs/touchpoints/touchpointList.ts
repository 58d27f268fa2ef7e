import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { Channel } from '../kit/Channel.js';
import { DateTime } from '../kit/DateTime.js';
import { enumType } from '../kit/enumType.js';
import { idFilter } from '../kit/idFilter.js';
import type { ListOrder } from '../kit/readPages.js';
import { Department, Direction, TouchpointKind } from './entities/Touchpoint.js';

export const TouchpointOrderBy = enumType('TouchpointOrderBy', 'An order of touchpoints.', {
  OCCURRED_AT_DESC: 'The newest first.',
  OCCURRED_AT_ASC: 'The oldest first.',
});
export type TouchpointOrderBy = keyof typeof TouchpointOrderBy;

export const TOUCHPOINT_ORDERS: Record<TouchpointOrderBy, ListOrder> = {
  OCCURRED_AT_DESC: { by: 't.occurred_at', type: 'timestamptz', direction: 'DESC' },
  OCCURRED_AT_ASC: { by: 't.occurred_at', type: 'timestamptz', direction: 'ASC' },
};

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

  @Field(() => DateTime, { nullable: true, description: 'At or after this moment.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' })
  to?: Date | null;
}

/** The conditions of a filter, over the alias `t`. */
export function touchpointConditions(filter: TouchpointFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (filter?.channel) conditions.push(sql`t.channel = ${filter.channel}`);
  if (filter?.department) conditions.push(sql`t.department = ${filter.department}`);
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.employeeId === 'string') conditions.push(idFilter('employee_id', filter.employeeId));
  return conditions;
}

/** The conditions of a filter of the timeline, over the alias `t`. */
export function timelineConditions(filter: TimelineFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.channels?.length) conditions.push(sql`t.channel = ANY(${filter.channels}::text[])`);
  if (filter?.directions?.length) conditions.push(sql`t.direction = ANY(${filter.directions}::text[])`);
  if (filter?.departments?.length) conditions.push(sql`t.department = ANY(${filter.departments}::text[])`);
  if (filter?.kinds?.length) conditions.push(sql`t.kind = ANY(${filter.kinds}::text[])`);
  if (filter?.from) conditions.push(sql`t.occurred_at >= ${filter.from}::timestamptz`);
  if (filter?.to) conditions.push(sql`t.occurred_at < ${filter.to}::timestamptz`);
  return conditions;
}
