import { Field, ID, InputType } from 'type-graphql';
import { type EntityManager, IsNull } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { LocalDate } from '../kit/graph/DateTime.js';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import type { CustomerKind } from './entities/Customer.js';
import { Membership } from './entities/Membership.js';
import { lockCustomer } from './lockCustomer.js';
import { lockRow, type Change } from './lockRow.js';

@InputType({ description: 'Who belongs to which organization.' })
export class AddMemberInput {
  @Field(() => ID, { description: 'A customer of the kind ORGANIZATION.' })
  organizationId: string;

  @Field(() => ID, { description: 'A customer of the kind PERSON.' })
  personId: string;

  @Field(() => String, { nullable: true, description: 'What they are there. At most 100 characters.' })
  role?: string | null;

  @Field(() => LocalDate, { nullable: true, description: 'The first day, not in the future; today when left out.' })
  since?: string | null;
}

const today = () => new Date().toISOString().slice(0, 10);

/** A day as people live: not before 1900, and not in the future. Somewhere it is tomorrow already. */
const day = z
  .string()
  .refine((date) => date >= '1900-01-01', 'must not lie before 1900')
  .refine(
    (date) => date <= new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10),
    'must not lie in the future',
  );

const role = text(100).nullish();

const addMemberInput = z.object({
  organizationId: z.string(),
  personId: z.string(),
  role,
  since: day.nullish(),
});

/** Both customers, locked, the lower id first, so that two callers never wait for each other. */
async function lockBoth(manager: EntityManager, input: z.output<typeof addMemberInput>): Promise<void> {
  const wanted: { id: string; argument: string; kind: CustomerKind }[] = [
    { id: input.organizationId.toLowerCase(), argument: 'input.organizationId', kind: 'ORGANIZATION' },
    { id: input.personId.toLowerCase(), argument: 'input.personId', kind: 'PERSON' },
  ];
  wanted.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, argument, kind } of wanted) {
    const customer = await lockCustomer(manager, { id, argument, expectedVersion: null });
    if (customer.kind !== kind) throw badUserInput(`${argument}: must be a customer of the kind ${kind}`, argument);
  }
}

/**
 * Makes a person a member of an organization. Who left may come back; the time before is kept.
 * @throws BAD_USER_INPUT for customers of the wrong kind, or somebody who was a member on that day already
 */
export async function addMember(
  context: RequestContext,
  given: AddMemberInput,
  once: Idempotency,
): Promise<Membership> {
  const input = parseInput(addMemberInput, given, 'input');
  return context.write(async (manager) => {
    await lockBoth(manager, input);
    const organizationId = input.organizationId.toLowerCase();
    const personId = input.personId.toLowerCase();
    const since = input.since ?? today();
    const before = await manager.findBy(Membership, { organizationId, personId });
    const overlapping = before.find(({ until }) => until === null || until > since);
    if (overlapping) {
      throw badUserInput(
        overlapping.until === null
          ? 'input.personId: they are a member already'
          : `input.since: they were a member until ${overlapping.until}`,
        overlapping.until === null ? 'input.personId' : 'input.since',
        { membershipId: overlapping.id, allowed: overlapping.until === null ? ['updateMember', 'removeMember'] : [] },
      );
    }
    const now = new Date();
    const membership = manager.create(Membership, {
      id: uuid(),
      organizationId,
      personId,
      role: input.role ?? null,
      since,
      until: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    await manager.insert(Membership, membership);
    return membership;
  }, once);
}

/** The membership, locked. One that has ended is history, and history does not change. */
async function lockCurrent(manager: EntityManager, change: Change): Promise<Membership> {
  const membership = await lockRow(manager, Membership, change);
  if (membership.until === null) return membership;
  throw badUserInput(`id: the membership ended on ${membership.until}`, 'id', { allowed: ['addMember'] });
}

/** Where two were merged who both are members, the one that is seen stands for both. */
async function save(manager: EntityManager, membership: Membership, changed: Partial<Membership>): Promise<Membership> {
  const { organizationId, personId } = membership;
  const all = { ...changed, updatedAt: new Date(), version: membership.version + 1 };
  await manager.update(Membership, { organizationId, personId, until: IsNull() }, all);
  return Object.assign(membership, all);
}

/** Changes what a member is in the organization. */
export async function updateMember(
  context: RequestContext,
  change: Change,
  given: string | null,
  once: Idempotency,
): Promise<Membership> {
  const checked = parseInput(role, given, 'role') ?? null;
  return context.write(async (manager) => save(manager, await lockCurrent(manager, change), { role: checked }), once);
}

/** Ends a membership and keeps it as history. */
export async function removeMember(
  context: RequestContext,
  change: Change,
  given: string | null,
  once: Idempotency,
): Promise<Membership> {
  const until = parseInput(day.nullish(), given, 'until') ?? null;
  return context.write(async (manager) => {
    const membership = await lockCurrent(manager, change);
    const last = until ?? (membership.since > today() ? membership.since : today());
    if (last < membership.since) {
      throw badUserInput(`until: must not lie before ${membership.since}, when they became a member`, 'until');
    }
    return save(manager, membership, { until: last });
  }, once);
}
