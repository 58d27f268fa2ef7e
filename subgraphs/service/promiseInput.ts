import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { PromiseKind } from './promiseStatus.js';

@InputType({ description: 'Something that we promise to a customer.' })
export class MakePromiseInput {
  @Field(() => ID, { description: 'To whom.' })
  customerId: string;

  @Field(() => ID, { nullable: true, description: 'The case in which we promise it, one of that customer.' })
  caseId?: string | null;

  @Field(() => PromiseKind, { defaultValue: 'COMMITMENT', description: 'What sort of promise.' })
  kind: PromiseKind;

  @Field(() => String, { description: 'What we promise. At most 200 characters.' })
  what: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when; a COMMITMENT needs it. Not in the past, at most ten years ahead.',
  })
  dueAt?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when it is valid; a WARRANTY needs it. Not in the past, at most a hundred years ahead.',
  })
  validUntil?: Date | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Who of us promises it: you by default, where you sign in as an employee. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;
}

const id = z.string().toLowerCase();

/** A moment to come, at most so many years ahead. */
function comingMoment(years: number) {
  return z
    .date()
    .refine((moment) => moment.getTime() >= Date.now(), 'must not lie in the past')
    .refine(
      (moment) => moment.getTime() <= new Date().setFullYear(new Date().getFullYear() + years),
      `must not lie more than ${years} years ahead`,
    );
}

/** A commitment is due; a warranty is valid, and due, until it runs out. */
export const makePromiseInput = z
  .object({
    customerId: id,
    caseId: id.nullish(),
    kind: z.enum(PromiseKind),
    what: text(200),
    dueAt: comingMoment(10).nullish(),
    validUntil: comingMoment(100).nullish(),
    employeeId: id.nullish(),
  })
  .transform(({ dueAt, validUntil, ...rest }, check) => {
    const [needed, other] = rest.kind === 'WARRANTY' ? [validUntil, dueAt] : [dueAt, validUntil];
    const [name, otherName] = rest.kind === 'WARRANTY' ? ['validUntil', 'dueAt'] : ['dueAt', 'validUntil'];
    if (other) check.addIssue({ code: 'custom', path: [otherName], message: `does not go with a ${rest.kind}` });
    if (!needed) {
      check.addIssue({ code: 'custom', path: [name], message: `must be given for a ${rest.kind}` });
      return z.NEVER;
    }
    return { ...rest, dueAt: needed, validUntil: rest.kind === 'WARRANTY' ? needed : null };
  });

export const keptAtInput = pastMoment.nullish();
