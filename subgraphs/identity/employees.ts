import sql from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { QueryFailedError, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { outboxChannel } from '../kit/flow/Outbox.js';
import { notifyAfterCommit } from '../kit/sql/notifyAfterCommit.js';
import { emailAddress, parseInput, text } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Employee } from './entities/Employee.js';
import { Team } from './entities/Team.js';
import { lockRow, type Change } from './lockRow.js';

@InputType({ description: 'Somebody of ours.' })
export class CreateEmployeeInput {
  @Field(() => String, { description: 'Full name, at most 200 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Address at work.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of their team, at most 100 characters. A team that is not there yet is made.',
  })
  team?: string | null;

  @Field(() => String, { nullable: true, description: 'What they do, at most 100 characters.' })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'As whom they sign in: the `sub` of their tokens, at most 200 characters. No two employees have the same.',
  })
  subject?: string | null;
}

@InputType({ description: 'What to change. What is left out stays; null empties.' })
export class UpdateEmployeeInput {
  @Field(() => String, { nullable: true, description: 'Full name, at most 200 characters. It cannot be emptied.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Address at work.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of their team, at most 100 characters. A team that is not there yet is made.',
  })
  team?: string | null;

  @Field(() => String, { nullable: true, description: 'What they do, at most 100 characters.' })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'As whom they sign in: the `sub` of their tokens, at most 200 characters. No two employees have the same.',
  })
  subject?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "False when they no longer work with us: what they still hold is nobody's then, and nothing can be given to them. It cannot be emptied.",
  })
  active?: boolean | null;
}

const contact = {
  email: emailAddress.nullish(),
  team: text(100).nullish(),
  title: text(100).nullish(),
  subject: text(200).nullish(),
};
const createEmployeeInput = z.object({ name: text(200), ...contact });
const updateEmployeeInput = z.object({ name: text(200).optional(), active: z.boolean().optional(), ...contact });

/** Who renames a team waits for those who put somebody into one, and they wait for it. */
async function lockTeams(context: RequestContext, manager: EntityManager, alone: boolean): Promise<void> {
  const key = sql`hashtextextended('customer360.identity.team', 0)`;
  await context.database.query(
    alone ? sql`SELECT pg_advisory_xact_lock(${key})` : sql`SELECT pg_advisory_xact_lock_shared(${key})`,
    manager,
  );
}

/** The database writes the events of changed employees; what it cannot do is wake who publishes them, after the commit. */
function wakeRelay({ database }: RequestContext, manager: EntityManager): void {
  notifyAfterCommit(manager, outboxChannel(database.subgraph));
}

/** @throws BAD_USER_INPUT when another employee signs in so */
async function savingSubject<R>(saving: Promise<R>): Promise<R> {
  return saving.catch((error: unknown) => {
    throw isTaken(error) ? badUserInput('input.subject: another employee signs in so', 'input.subject') : error;
  });
}

/**
 * Records an employee, who is active.
 * @throws BAD_USER_INPUT for a subject as whom another signs in
 */
export async function createEmployee(
  context: RequestContext,
  given: CreateEmployeeInput,
  once: Idempotency,
): Promise<Employee> {
  const {
    name,
    email = null,
    team = null,
    title = null,
    subject = null,
  } = parseInput(createEmployeeInput, given, 'input');
  return context.write(async (manager) => {
    await lockTeams(context, manager, false);
    wakeRelay(context, manager);
    const id = uuid();
    const now = new Date();
    const row = { id, name, email, team, title, subject, active: true, createdAt: now, updatedAt: now, version: 1 };
    await savingSubject(manager.insert(Employee, row));
    return manager.findOneByOrFail(Employee, { id });
  }, once);
}

/**
 * Changes what is recorded of an employee.
 * @throws BAD_USER_INPUT for an unknown employee, or a subject as whom another signs in; CONFLICT when the version is stale
 */
export async function updateEmployee(
  context: RequestContext,
  change: Change,
  given: UpdateEmployeeInput,
  once: Idempotency,
): Promise<Employee> {
  const input = parseInput(updateEmployeeInput, given, 'input');
  return context.write(async (manager) => {
    await lockTeams(context, manager, false);
    wakeRelay(context, manager);
    const { id, version } = await lockRow(manager, Employee, change);
    const changed = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    await savingSubject(manager.update(Employee, { id }, { ...changed, updatedAt: new Date(), version: version + 1 }));
    return manager.findOneByOrFail(Employee, { id });
  }, once);
}

/** SQLSTATE unique_violation. */
function isTaken(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: unknown }).code === '23505';
}

/**
 * Gives a team another name; its members belong to it under that.
 * @throws BAD_USER_INPUT when another team has the name
 */
export async function renameTeam(
  context: RequestContext,
  change: Change,
  given: string,
  once: Idempotency,
): Promise<Team> {
  const name = parseInput(text(100), given, 'name');
  return context.write(async (manager) => {
    await lockTeams(context, manager, true);
    wakeRelay(context, manager);
    const team = await lockRow(manager, Team, change);
    Object.assign(team, { name, updatedAt: new Date(), version: team.version + 1 });
    await manager.save(team).catch((error: unknown) => {
      throw isTaken(error) ? badUserInput('name: another team has it', 'name') : error;
    });
    await context.database.query(
      sql`UPDATE employee SET team = ${name}, updated_at = ${team.updatedAt}, version = version + 1 WHERE team_id = ${team.id}`,
      manager,
    );
    return team;
  }, once);
}
