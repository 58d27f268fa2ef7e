import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { LocalDate } from '../../kit/graph/DateTime.js';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CreateEmployeeInput, createEmployee, renameTeam, UpdateEmployeeInput, updateEmployee } from '../employees.js';
import { Employee } from '../entities/Employee.js';
import { Household } from '../entities/Household.js';
import { Membership } from '../entities/Membership.js';
import { Team } from '../entities/Team.js';
import { ExpectedVersion } from '../ExpectedVersion.js';
import { createHousehold, renameHousehold } from '../households.js';
import type { Change } from '../lockRow.js';
import { AddMemberInput, addMember, removeMember, updateMember } from '../memberships.js';

const byId = (id: string, expectedVersion: number | null | undefined): Change => ({
  id,
  argument: 'id',
  expectedVersion: expectedVersion ?? null,
});

/** What can be done with groups of people: households, organizations, and our own teams. */
@Resolver()
export class GroupMutationResolver {
  @Mutation(() => Household, { description: 'Makes a household. Put customers into it with `updateCustomer`.' })
  createHousehold(
    @Arg('name', () => String, { description: 'What we call it. At most 200 characters.' }) name: string,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Household> {
    return createHousehold(context, name, { key: idempotencyKey, mutation: 'createHousehold', input: { name } });
  }

  @Mutation(() => Household, { description: 'Gives a household another name.' })
  renameHousehold(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('name', () => String, { description: 'What we call it. At most 200 characters.' }) name: string,
    @ExpectedVersion('household') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Household> {
    const once = { key: idempotencyKey, mutation: 'renameHousehold', input: { id, name, expectedVersion } };
    return renameHousehold(context, byId(id, expectedVersion), name, once);
  }

  @Mutation(() => Membership, {
    description: 'Makes a person a member of an organization. Who left may come back; the time before is kept.',
  })
  addMember(
    @Arg('input', () => AddMemberInput, { description: 'Who, and where.' }) input: AddMemberInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Membership> {
    return addMember(context, input, { key: idempotencyKey, mutation: 'addMember', input });
  }

  @Mutation(() => Membership, {
    description: 'Changes what a member is in the organization. A membership that has ended is refused.',
  })
  updateMember(
    @Arg('id', () => ID, { description: 'The membership.' }) id: string,
    @Arg('role', () => String, { nullable: true, description: 'What they are there, at most 100 characters.' })
    role: string | null | undefined,
    @ExpectedVersion('membership') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Membership> {
    const once = { key: idempotencyKey, mutation: 'updateMember', input: { id, role, expectedVersion } };
    return updateMember(context, byId(id, expectedVersion), role ?? null, once);
  }

  @Mutation(() => Membership, {
    description: 'Ends a membership and keeps it as history. One that has ended already is refused.',
  })
  removeMember(
    @Arg('id', () => ID, { description: 'The membership.' }) id: string,
    @Arg('until', () => LocalDate, {
      nullable: true,
      description: 'The last day: not before the first, not in the future; today when left out.',
    })
    until: string | null | undefined,
    @ExpectedVersion('membership') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Membership> {
    const once = { key: idempotencyKey, mutation: 'removeMember', input: { id, until, expectedVersion } };
    return removeMember(context, byId(id, expectedVersion), until ?? null, once);
  }

  @RequiresScopes(SCOPES.manageStaff)
  @Mutation(() => Employee, { description: 'Records an employee, who is active.' })
  createEmployee(
    @Arg('input', () => CreateEmployeeInput, { description: 'Who.' }) input: CreateEmployeeInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Employee> {
    return createEmployee(context, input, { key: idempotencyKey, mutation: 'createEmployee', input });
  }

  @RequiresScopes(SCOPES.manageStaff)
  @Mutation(() => Employee, { description: 'Changes what is recorded of an employee.' })
  updateEmployee(
    @Arg('id', () => ID, { description: 'Whom.' }) id: string,
    @Arg('input', () => UpdateEmployeeInput, { description: 'What to change.' }) input: UpdateEmployeeInput,
    @ExpectedVersion('employee') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Employee> {
    const once = { key: idempotencyKey, mutation: 'updateEmployee', input: { id, input, expectedVersion } };
    return updateEmployee(context, byId(id, expectedVersion), input, once);
  }

  @RequiresScopes(SCOPES.manageStaff)
  @Mutation(() => Team, {
    description: 'Gives a team another name; its members belong to it under that. The name of another team is refused.',
  })
  renameTeam(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('name', () => String, { description: 'The new name, at most 100 characters.' }) name: string,
    @ExpectedVersion('team') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Team> {
    const once = { key: idempotencyKey, mutation: 'renameTeam', input: { id, name, expectedVersion } };
    return renameTeam(context, byId(id, expectedVersion), name, once);
  }
}
