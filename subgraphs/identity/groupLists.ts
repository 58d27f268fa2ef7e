import sql, { type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { SCOPES } from '../../schema/contract.js';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';

/** Lists of employees and teams are sorted by name, and those of households can be. */
export const BY_NAME: ListOrder = { by: 'lower(t.name)', type: 'text', direction: 'ASC' };

export const HouseholdOrderBy = enumType('HouseholdOrderBy', 'An order of households.', {
  CREATED_AT_DESC: 'Those recorded last first.',
  CREATED_AT_ASC: 'Those recorded first first.',
  NAME_ASC: { description: 'By name, whatever the case.', scopes: [SCOPES.readPersonalData] },
});
export type HouseholdOrderBy = keyof typeof HouseholdOrderBy;

export const HOUSEHOLD_ORDERS: Record<HouseholdOrderBy, ListOrder> = {
  CREATED_AT_DESC: { by: 't.created_at', type: 'timestamptz', direction: 'DESC' },
  CREATED_AT_ASC: { by: 't.created_at', type: 'timestamptz', direction: 'ASC' },
  NAME_ASC: BY_NAME,
};

export const EmployeeOrderBy = enumType('EmployeeOrderBy', 'An order of employees.', {
  NAME_ASC: 'By name, whatever the case.',
});
export type EmployeeOrderBy = keyof typeof EmployeeOrderBy;

export const MembershipOrderBy = enumType('MembershipOrderBy', 'An order of memberships.', {
  SINCE_DESC: 'Those who came last first.',
  SINCE_ASC: 'Those who came first first.',
});
export type MembershipOrderBy = keyof typeof MembershipOrderBy;

export const MEMBERSHIP_ORDERS: Record<MembershipOrderBy, ListOrder> = {
  SINCE_DESC: { by: 't.since', type: 'date', direction: 'DESC' },
  SINCE_ASC: { by: 't.since', type: 'date', direction: 'ASC' },
};

@InputType({ description: 'Which memberships; all conditions must hold.' })
export class MembershipFilter {
  @Field(() => ID, { nullable: true, description: 'Of this organization.' })
  organizationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this person.' })
  personId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they last, or have ended.' })
  current?: boolean | null;
}

/** The conditions of a filter, over the alias `t`. */
export function membershipConditions(filter: MembershipFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.organizationId === 'string') conditions.push(idFilter('organization_id', filter.organizationId));
  if (typeof filter?.personId === 'string') conditions.push(idFilter('person_id', filter.personId));
  if (typeof filter?.current === 'boolean') {
    conditions.push(filter.current ? sql`t.until IS NULL` : sql`t.until IS NOT NULL`);
  }
  return conditions;
}
