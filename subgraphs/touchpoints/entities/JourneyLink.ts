import { Field, Float, ObjectType } from 'type-graphql';
import { enumType } from '../../kit/graph/enumType.js';

export const JourneyLinkReason = enumType('JourneyLinkReason', 'Why a touchpoint is on its journey.', {
  FIRST: 'The journey began with it.',
  THREAD: 'It belongs to the same conversation: an answer to the same case, a step of the same order.',
  REFERENCE: 'Its summary names the number of an order or a case that another touchpoint of the journey names.',
  SUBJECT: 'Through another channel or department, within 72 hours, about the same by its words.',
  MANUAL: 'Somebody put it there.',
});
export type JourneyLinkReason = keyof typeof JourneyLinkReason;

@ObjectType({ description: 'Why a touchpoint is on its journey, and how sure that is.', simpleResolvers: true })
export class JourneyLink {
  @Field(() => JourneyLinkReason, { description: 'Why.' })
  reason: JourneyLinkReason;

  @Field(() => Float, {
    description:
      'How sure it is, 0 to 1: 1 for FIRST, THREAD and MANUAL, 0.9 for REFERENCE, for SUBJECT 0.8 x the share of its words in common.',
  })
  confidence: number;
}
