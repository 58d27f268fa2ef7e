import { ArgsType, Field } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { parseInput } from '../kit/graph/parseInput.js';

/** The part of time that a metric looks at. */
@ArgsType()
export class Period {
  @Field(() => DateTime, { nullable: true, description: 'At or after this moment; from the beginning when left out.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this moment; until now and beyond when left out.' })
  to?: Date | null;
}

/** Postgres has no year 0. */
const moment = z.date().refine((at) => at.getUTCFullYear() > 0, 'must be of a year after 0');

/** Throws BAD_USER_INPUT for a period that ends before it begins. */
export function checkPeriod({ from, to }: Period): void {
  const since = parseInput(moment.nullish(), from, 'from');
  const after = (end: Date) => !since || since.getTime() < end.getTime();
  parseInput(moment.refine(after, 'must lie after from').nullish(), to, 'to');
}

/** A period as the inputs of an explanation; nothing where it is open. */
export function periodInputs({ from, to }: Period): Record<string, string> {
  return { ...(from ? { from: from.toISOString() } : {}), ...(to ? { to: to.toISOString() } : {}) };
}
