import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { Department, Direction, Sentiment, TouchpointKind } from './entities/Touchpoint.js';

@InputType({ description: 'The thing that a touchpoint is about, in the system that holds it.' })
export class TouchpointSourceInput {
  @Field(() => String, {
    description:
      'What it is: the name of a type of this graph (`Order`, `Case`), or a name of your own (`pbx.call`). At most 100 characters.',
  })
  type: string;

  @Field(() => ID, { description: 'Its id there. At most 200 characters.' })
  id: string;
}

@InputType({ description: 'One moment in which a customer and we met.' })
export class RecordTouchpointInput {
  @Field(() => ID, { description: 'With which customer.' })
  customerId: string;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When it happened; now when left out. Not in the future (a clock may be five minutes ahead of ours: that counts as now), and at most ten years back.',
  })
  occurredAt?: Date | null;

  @Field(() => Channel, { description: 'Through which door.' })
  channel: Channel;

  @Field(() => Direction, { description: 'Who came to whom.' })
  direction: Direction;

  @Field(() => TouchpointKind, { defaultValue: 'CONTACT', description: 'What happened, in one word.' })
  kind: TouchpointKind;

  @Field(() => Department, { description: 'Who of us had to do with it.' })
  department: Department;

  @Field(() => String, { description: 'What happened, in a sentence. At most 500 characters.' })
  summary: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Which employee was there. Another than you needs the scope `staff:act`.',
  })
  employeeId?: string | null;

  @Field(() => Sentiment, { nullable: true, description: 'How the customer felt about it.' })
  sentiment?: Sentiment | null;

  @Field(() => String, { nullable: true, description: 'The feeling by its name. At most 50 characters.' })
  emotion?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What holds a conversation together in the system that holds it: the thread of an email, the number of a chat. Touchpoints of one customer with the same key are on one journey. At most 200 characters.',
  })
  threadKey?: string | null;

  @Field(() => TouchpointSourceInput, {
    nullable: true,
    description:
      'What it is about. Of one source a single touchpoint can be recorded by this mutation: the same again gives the one that is there.',
  })
  source?: TouchpointSourceInput | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

const recordTouchpointInput = z.object({
  customerId: z.string(),
  occurredAt: pastMoment.nullish(),
  channel: z.enum(Channel),
  direction: z.enum(Direction),
  kind: z.enum(TouchpointKind),
  department: z.enum(Department),
  summary: text(500),
  employeeId: z.string().nullish(),
  sentiment: z.enum(Sentiment).nullish(),
  emotion: text(50).nullish(),
  threadKey: text(200).nullish(),
  source: z.object({ type: text(100), id: text(200) }).nullish(),
  externalId: externalIdInput.nullish(),
});

/**
 * What a caller wants to be recorded, checked.
 * @throws BAD_USER_INPUT that names the first argument in error
 */
export function parseTouchpoint(input: RecordTouchpointInput): z.output<typeof recordTouchpointInput> {
  return parseInput(recordTouchpointInput, input, 'input');
}
