import { ArgsType, Field, Int } from 'type-graphql';
import { badUserInput } from './errors.js';

/** How many rows a page has when the caller does not say. */
export const DEFAULT_PAGE_SIZE = 20;

/** The longest page. */
export const MAX_PAGE_SIZE = 100;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE_SIZE, description: 'How many to return, 1 to 100.' })
  first: number;

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of the page before, to go on behind it. It belongs to one list in one order.',
  })
  after?: string | null;
}

/** A part of a list to be read: forwards behind a cursor, or backwards before one. */
export interface PageWindow {
  /** How many rows. */
  readonly first: number;
  /** The cursor at which to begin; without one, at the list's end from which it is read. */
  readonly after?: string | null | undefined;
  /** Reads from the end; the rows come in the order of the list all the same. */
  readonly backwards?: boolean;
}

/** For lists that are read in both directions. */
@ArgsType()
export class TwoWayPageArguments {
  @Field(() => Int, {
    nullable: true,
    description: 'How many to return from the beginning, or behind `after`: 1 to 100. 20 when `last` is left out too.',
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of a page, to go on behind it. Goes with `first`.',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many to return from the end, or before `before`: 1 to 100, in the order of the list.',
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `startCursor` of a page, to go back before it. Goes with `last`.',
  })
  before?: string | null;
}

/**
 * The part of a list that was asked for.
 * @throws BAD_USER_INPUT for arguments of both directions
 */
export function pageWindow({ first, after, last, before }: TwoWayPageArguments): PageWindow {
  const isBackwards = typeof last === 'number' || typeof before === 'string';
  if (!isBackwards) return { first: first ?? DEFAULT_PAGE_SIZE, after };
  if (typeof first === 'number') throw badUserInput('first cannot go with last or before', 'first');
  if (typeof after === 'string') throw badUserInput('after cannot go with last or before', 'after');
  return { first: last ?? DEFAULT_PAGE_SIZE, after: before, backwards: true };
}
