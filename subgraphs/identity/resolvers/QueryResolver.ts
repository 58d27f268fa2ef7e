import { Arg, Args, ArgsType, Ctx, Field, ID, InputType, Query, Resolver } from 'type-graphql';
import sql from 'sql-template-tag';
import { hasScope, SCOPES } from '../../../schema/contract.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { enumType } from '../../kit/graph/enumType.js';
import { ArgumentScopes } from '../../kit/guard/ArgumentScopes.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { parseInput, text } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { customerConditions, CustomerFilter, customerOrder, CustomerOrderBy } from '../customerList.js';
import { Customer, CustomerConnection } from '../entities/Customer.js';
import { Employee, EmployeeConnection } from '../entities/Employee.js';
import { ExternalIdInput } from '../../kit/graph/ExternalIdInput.js';
import { Household, HouseholdConnection } from '../entities/Household.js';
import { Membership, MembershipConnection } from '../entities/Membership.js';
import { Team, TeamConnection } from '../entities/Team.js';
import { findCustomer } from '../findCustomer.js';
import {
  BY_NAME,
  EmployeeOrderBy,
  HOUSEHOLD_ORDERS,
  HouseholdOrderBy,
  MEMBERSHIP_ORDERS,
  membershipConditions,
  MembershipFilter,
  MembershipOrderBy,
} from '../groupLists.js';

@ArgsType()
export class CustomerIdentifierArguments {
  @Field(() => ID, { nullable: true, description: 'Our own id, a UUID.' })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'An email address of theirs, in any case.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A phone number of theirs, in any written form: `+43 1 234 5678`, `(202) 555-0143`.',
  })
  phone?: string | null;

  @Field(() => ExternalIdInput, { nullable: true, description: 'Their id in another system.' })
  externalId?: ExternalIdInput | null;
}

const TeamOrderBy = enumType('TeamOrderBy', 'An order of teams.', {
  NAME_ASC: 'By name, whatever the case.',
});
type TeamOrderBy = keyof typeof TeamOrderBy;

@InputType({ description: 'Which employees; all conditions must hold.' })
class EmployeeFilter {
  @Field(() => String, { nullable: true, description: 'Of this team.' })
  team?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they still work with us.' })
  active?: boolean | null;
}

@InputType({ description: 'Which households.' })
class HouseholdFilter {
  @ArgumentScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'With exactly this name, whatever the case.' })
  name?: string | null;
}

@InputType({ description: 'Which teams.' })
class TeamFilter {
  @Field(() => String, { nullable: true, description: 'With exactly this name.' })
  name?: string | null;
}

@Resolver()
export class QueryResolver {
  @Query(() => Customer, {
    nullable: true,
    description: 'The whole customer. Takes exactly one identifier; null when nobody has it.',
  })
  customer360(
    @Args(() => CustomerIdentifierArguments) identifiers: CustomerIdentifierArguments,
    @Ctx() context: RequestContext,
  ): Promise<Customer | null> {
    return findCustomer(context, identifiers);
  }

  @Query(() => Customer, { nullable: true, description: 'A customer by id; null when there is none.' })
  customer(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Customer | null> {
    return context.byId(Customer, id);
  }

  @Query(() => CustomerConnection, { description: 'Customers, found and sorted.' })
  customers(
    @Arg('search', () => String, {
      nullable: true,
      description:
        'Beginnings of words of the name (`mar hub` finds Maria Huber), the beginning of an email address as far as its @, a phone number in any written form, or an id in another system. Without customer:pii only a whole identifier: an email address, a phone number or an id. At most 200 characters.',
    })
    search: string | null | undefined,
    @Arg('filter', () => CustomerFilter, { nullable: true, description: 'Which.' })
    filter: CustomerFilter | null | undefined,
    @Arg('orderBy', () => CustomerOrderBy, { defaultValue: 'CREATED_AT_DESC', description: 'In which order.' })
    orderBy: CustomerOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Customer>> {
    const words = search ? parseInput(text(200), search, 'search') : null;
    const where = customerConditions(filter, words, hasScope(context.caller, SCOPES.readPersonalData));
    return context.page({
      entity: Customer,
      where,
      orderName: orderBy,
      order: customerOrder(orderBy, filter, words),
      page,
    });
  }

  @Query(() => Employee, { nullable: true, description: 'An employee by id; null when there is none.' })
  employee(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Employee | null> {
    return context.byId(Employee, id);
  }

  @Query(() => EmployeeConnection, { description: 'Employees, filtered and sorted.' })
  employees(
    @Arg('filter', () => EmployeeFilter, { nullable: true, description: 'Which.' })
    filter: EmployeeFilter | null | undefined,
    @Arg('orderBy', () => EmployeeOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: EmployeeOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Employee>> {
    const where = [];
    if (filter?.team) where.push(sql`t.team = ${parseInput(text(200), filter.team, 'filter.team')}`);
    if (typeof filter?.active === 'boolean') where.push(sql`t.active = ${filter.active}`);
    return context.page({ entity: Employee, where, orderName: orderBy, order: BY_NAME, page });
  }

  @Query(() => Household, { nullable: true, description: 'A household by id; null when there is none.' })
  household(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Household | null> {
    return context.byId(Household, id);
  }

  @Query(() => HouseholdConnection, { description: 'Households, filtered and sorted.' })
  households(
    @Arg('filter', () => HouseholdFilter, { nullable: true, description: 'Which.' })
    filter: HouseholdFilter | null | undefined,
    @Arg('orderBy', () => HouseholdOrderBy, { defaultValue: 'CREATED_AT_DESC', description: 'In which order.' })
    orderBy: HouseholdOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Household>> {
    const where = filter?.name
      ? [sql`lower(t.name) = lower(${parseInput(text(200), filter.name, 'filter.name')})`]
      : [];
    return context.page({ entity: Household, where, orderName: orderBy, order: HOUSEHOLD_ORDERS[orderBy], page });
  }

  @Query(() => Team, { nullable: true, description: 'A team by id; null when there is none.' })
  team(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Team | null> {
    return context.byId(Team, id);
  }

  @Query(() => TeamConnection, { description: 'Teams, filtered and sorted.' })
  teams(
    @Arg('filter', () => TeamFilter, { nullable: true, description: 'Which.' })
    filter: TeamFilter | null | undefined,
    @Arg('orderBy', () => TeamOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: TeamOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Team>> {
    const where = filter?.name ? [sql`t.name = ${parseInput(text(100), filter.name, 'filter.name')}`] : [];
    return context.page({ entity: Team, where, orderName: orderBy, order: BY_NAME, page });
  }

  @Query(() => Membership, { nullable: true, description: 'A membership by id; null when there is none.' })
  membership(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Membership | null> {
    return context.byId(Membership, id);
  }

  @Query(() => MembershipConnection, { description: 'Who belongs, or belonged, to which organization.' })
  memberships(
    @Arg('filter', () => MembershipFilter, { nullable: true, description: 'Which.' })
    filter: MembershipFilter | null | undefined,
    @Arg('orderBy', () => MembershipOrderBy, { defaultValue: 'SINCE_DESC', description: 'In which order.' })
    orderBy: MembershipOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Membership>> {
    const where = membershipConditions(filter);
    return context.page({ entity: Membership, where, orderName: orderBy, order: MEMBERSHIP_ORDERS[orderBy], page });
  }
}
