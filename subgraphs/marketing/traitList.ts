import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { TraitKind } from './entities/Trait.js';

export const TraitOrderBy = enumType('TraitOrderBy', 'An order of traits.', {
  OBSERVED_AT_DESC: 'What was observed last first.',
  NAME_ASC: 'By name.',
});
export type TraitOrderBy = keyof typeof TraitOrderBy;

export const TRAIT_ORDERS: Record<TraitOrderBy, ListOrder> = {
  OBSERVED_AT_DESC: { by: 't.observed_at', type: 'timestamptz', direction: 'DESC' },
  NAME_ASC: { by: 't.name', type: 'text', direction: 'ASC' },
};

@InputType({ description: 'Which traits; all conditions must hold.' })
export class TraitFilter {
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => String, { nullable: true, description: 'With exactly this name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Observed by exactly this source.' })
  source?: string | null;
}

/** The conditions of a filter, over the alias `t`. */
export function traitConditions(filter: TraitFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.name === 'string') {
    conditions.push(sql`t.name = ${parseInput(text(200), filter.name, 'filter.name')}`);
  }
  if (typeof filter?.source === 'string') {
    conditions.push(sql`t.source = ${parseInput(text(200), filter.source, 'filter.source')}`);
  }
  return conditions;
}

@InputType({ description: "Which of a customer's traits; all conditions must hold." })
export class CustomerTraitFilter {
  @Field(() => TraitKind, { nullable: true, description: 'Of this kind.' })
  kind?: TraitKind | null;

  @Field(() => String, { nullable: true, description: 'With exactly this name: what each source says of it.' })
  name?: string | null;
}

/** The conditions of a filter on one customer's traits, over the alias `t`. */
export function customerTraitConditions(filter: CustomerTraitFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.kind) conditions.push(sql`t.kind = ${filter.kind}`);
  if (typeof filter?.name === 'string') {
    conditions.push(sql`t.name = ${parseInput(text(200), filter.name, 'filter.name')}`);
  }
  return conditions;
}
