import { validate as isUuid } from 'uuid';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Channel } from '../../kit/graph/Channel.js';
import { decodeCursor, encodeCursor } from '../../kit/sql/cursor.js';
import type { Database } from '../../kit/sql/Database.js';
import { badUserInput } from '../../kit/graph/errors.js';
import { Department, Sentiment, Touchpoint, TouchpointKind } from '../entities/Touchpoint.js';
import { TouchpointStream } from './TouchpointStream.js';

@InputType({ description: 'Which touchpoints to see; all conditions must hold. An empty list leaves nothing out.' })
export class TouchpointAddedFilter {
  @Field(() => [ID], { nullable: true, description: 'With any of these customers, at most 100.' })
  customerIds?: string[] | null;

  @Field(() => [Channel], { nullable: true, description: 'Through any of these channels.' })
  channels?: Channel[] | null;

  @Field(() => [Department], { nullable: true, description: 'With any of these departments.' })
  departments?: Department[] | null;

  @Field(() => [TouchpointKind], { nullable: true, description: 'Of any of these kinds.' })
  kinds?: TouchpointKind[] | null;

  @Field(() => Sentiment, {
    nullable: true,
    description:
      'With this feeling or a better one: NEGATIVE, NEUTRAL, POSITIVE. Those of which nobody can tell are left out.',
  })
  minSentiment?: Sentiment | null;

  @Field(() => Sentiment, {
    nullable: true,
    description: 'With this feeling or a worse one. Those of which nobody can tell are left out.',
  })
  maxSentiment?: Sentiment | null;
}

@ObjectType({ description: 'A touchpoint that was recorded, and its place among all of them.' })
export class TouchpointAdded {
  constructor(touchpoint: Touchpoint) {
    this.touchpoint = touchpoint;
  }

  @Field(() => Touchpoint, { description: 'What happened.' })
  touchpoint: Touchpoint;

  @Field(() => String, { description: 'Its place: give it as `after` to go on behind it.' })
  get cursor(): string {
    return encodeCursor(LIST, [this.touchpoint.sequence]);
  }
}

/** The order in which touchpoints are recorded: its cursors are of no use in a list, nor those of a list here. */
const LIST = 'touchpointAdded';
const MOST_CUSTOMERS = 100;

/**
 * The source of the subscription `touchpointAdded`.
 * @param after a cursor of it; from now on when left out
 * @throws BAD_USER_INPUT for a cursor of something else, or too many customers
 */
export function touchpointsAdded(
  database: Database,
  filter: TouchpointAddedFilter | null | undefined,
  after: string | null | undefined,
): TouchpointStream {
  const { customerIds, channels, departments, kinds, minSentiment, maxSentiment } = filter ?? {};
  if (customerIds && customerIds.length > MOST_CUSTOMERS) {
    throw badUserInput(`filter.customerIds: at most ${MOST_CUSTOMERS}`, 'filter.customerIds');
  }
  const [position] = after == null ? [] : decodeCursor(after, LIST, ['bigint']);
  const wish = {
    customerIds: customerIds?.length ? customerIds.filter((id) => isUuid(id)).map((id) => id.toLowerCase()) : undefined,
    matches: (touchpoint: Touchpoint) =>
      isAmong(channels, touchpoint.channel) &&
      isAmong(departments, touchpoint.department) &&
      isAmong(kinds, touchpoint.kind) &&
      isBetween(minSentiment, touchpoint.sentiment, maxSentiment),
  };
  return new TouchpointStream(database, wish, position);
}

function isAmong<T>(wanted: readonly T[] | null | undefined, value: T): boolean {
  return !wanted?.length || wanted.includes(value);
}

/** From worst to best. */
const SENTIMENTS: readonly Sentiment[] = ['NEGATIVE', 'NEUTRAL', 'POSITIVE'];

function isBetween(
  least: Sentiment | null | undefined,
  value: Sentiment | null,
  most: Sentiment | null | undefined,
): boolean {
  if (!least && !most) return true;
  if (value === null) return false;
  const place = SENTIMENTS.indexOf(value);
  return (!least || place >= SENTIMENTS.indexOf(least)) && (!most || place <= SENTIMENTS.indexOf(most));
}
