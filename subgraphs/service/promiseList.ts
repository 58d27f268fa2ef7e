import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { PromiseKind } from './promiseStatus.js';

export const PromiseOrderBy = enumType('PromiseOrderBy', 'An order of promises.', {
  DUE_AT_ASC: 'Those due soonest first.',
  DUE_AT_DESC: 'Those due latest first.',
});
export type PromiseOrderBy = keyof typeof PromiseOrderBy;

export const PROMISE_ORDERS: Record<PromiseOrderBy, ListOrder> = {
  DUE_AT_ASC: { by: 't.due_at', type: 'timestamptz', direction: 'ASC' },
  DUE_AT_DESC: { by: 't.due_at', type: 'timestamptz', direction: 'DESC' },
};

@InputType({ description: 'Which promises; all conditions must hold.' })
export class PromiseFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether we have kept them; false for those that we still owe, and warranties that ran out.',
  })
  kept?: boolean | null;

  @Field(() => PromiseKind, { nullable: true, description: 'Of this kind.' })
  kind?: PromiseKind | null;
}

/** The conditions of a filter over the alias `t`. */
export function promiseConditions(filter: PromiseFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.kept === 'boolean') {
    conditions.push(filter.kept ? sql`t.kept_at IS NOT NULL` : sql`t.kept_at IS NULL`);
  }
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  return conditions;
}
