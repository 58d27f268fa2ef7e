import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { ConsentPurpose } from './entities/Consent.js';

export const ConsentOrderBy = enumType(
  'ConsentOrderBy',
  'An order of ledger entries. Entries of the same moment come in the order in which they were recorded.',
  {
    AT_DESC: 'What was said last first.',
    AT_ASC: 'What was said first first.',
  },
);
export type ConsentOrderBy = keyof typeof ConsentOrderBy;

const RECORDED = { by: 't.sequence', type: 'bigint' } as const;

export const CONSENT_ORDERS: Record<ConsentOrderBy, ListOrder> = {
  AT_DESC: { by: 't.at', type: 'timestamptz', direction: 'DESC', tie: RECORDED },
  AT_ASC: { by: 't.at', type: 'timestamptz', direction: 'ASC', tie: RECORDED },
};

@InputType({ description: 'Which ledger entries; all conditions must hold.' })
export class ConsentFilter {
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => ConsentPurpose, { nullable: true, description: 'About this purpose.' })
  purpose?: ConsentPurpose | null;
}

/** The conditions of a filter, over the alias `t`. */
export function consentConditions(filter: ConsentFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (filter?.purpose) conditions.push(sql`t.purpose = ${filter.purpose}`);
  return conditions;
}
