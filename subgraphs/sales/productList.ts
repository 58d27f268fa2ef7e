import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const ProductOrderBy = enumType('ProductOrderBy', 'An order of products.', {
  NAME_ASC: 'By name, whatever the case.',
});
export type ProductOrderBy = keyof typeof ProductOrderBy;

export const PRODUCT_ORDERS: Record<ProductOrderBy, ListOrder> = {
  NAME_ASC: { by: 'lower(t.name)', type: 'text', direction: 'ASC' },
};

@InputType({ description: 'Which products; all conditions must hold.' })
export class ProductFilter {
  @Field(() => String, { nullable: true, description: 'With exactly this name, whatever the case.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'With exactly this article number.' })
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'Of exactly this category.' })
  category?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they are for sale now.' })
  active?: boolean | null;
}

/** The conditions of a filter, over the alias `t`. */
export function productConditions(filter: ProductFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.name === 'string') {
    conditions.push(sql`lower(t.name) = lower(${parseInput(text(200), filter.name, 'filter.name')})`);
  }
  if (typeof filter?.sku === 'string') {
    conditions.push(sql`t.sku = ${parseInput(text(200), filter.sku, 'filter.sku')}`);
  }
  if (typeof filter?.category === 'string') {
    conditions.push(sql`t.category = ${parseInput(text(200), filter.category, 'filter.category')}`);
  }
  if (typeof filter?.active === 'boolean') conditions.push(sql`t.active = ${filter.active}`);
  return conditions;
}
