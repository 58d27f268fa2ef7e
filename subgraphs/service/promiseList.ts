import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/enumType.js';
import type { ListOrder } from '../kit/readPages.js';

export const PromiseOrderBy = enumType('PromiseOrderBy', 'An order of promises.', {
  DUE_AT_ASC: 'Those due soonest first.',
  DUE_AT_DESC: 'Those due latest first.',
});
export type PromiseOrderBy = keyof typeof PromiseOrderBy;

export const PROMISE_ORDERS: Record<PromiseOrderBy, ListOrder> = {
  DUE_AT_ASC: { by: 't.due_at', type: 'timestamptz', direction: 'ASC' },
  DUE_AT_DESC: { by: 't.due_at', type: 'timestamptz', direction: 'DESC' },
};

@InputType({ description: 'Which promises.' })
export class PromiseFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether we have kept them; false for those that we still owe.',
  })
  kept?: boolean | null;
}

/** The conditions of a filter over the alias `t`. */
export function promiseConditions(filter: PromiseFilter | null | undefined): Sql[] {
  if (typeof filter?.kept !== 'boolean') return [];
  return [filter.kept ? sql`t.kept_at IS NOT NULL` : sql`t.kept_at IS NULL`];
}
