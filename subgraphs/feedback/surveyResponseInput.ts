import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/Channel.js';
import { DateTime } from '../kit/DateTime.js';
import { text } from '../kit/parseInput.js';
import { pastMoment } from '../kit/pastMoment.js';

@InputType({ description: 'What a customer answered to a survey.' })
export class SubmitSurveyResponseInput {
  @Field(() => ID, { description: 'To which survey. It must be active.' })
  surveyId: string;

  @Field(() => ID, { description: 'Who answered.' })
  customerId: string;

  @Field(() => Int, { description: "The answer, on the scale of the survey's kind: NPS 0-10, CSAT 1-5, CES 1-7." })
  score: number;

  @Field(() => String, { nullable: true, description: 'What they wrote, word for word. At most 10,000 characters.' })
  verbatim?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The group to which they belong in this survey. At most 100 characters.',
  })
  respondentGroup?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The experience that it is about: `delivery`. At most 200 characters.',
  })
  experience?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How important this experience is to them, 1 (not at all) to 5 (extremely).',
  })
  importance?: number | null;

  @Field(() => Channel, { nullable: true, description: 'Through which channel they answered.' })
  channel?: Channel | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When they answered, where that was before now. Not in the future, at most ten years back. Now by default.',
  })
  respondedAt?: Date | null;
}

export const submitSurveyResponseInput = z.object({
  surveyId: z.string(),
  customerId: z.string(),
  score: z.int(),
  verbatim: text(10_000).nullish(),
  respondentGroup: text(100).nullish(),
  experience: text(200).nullish(),
  importance: z.int().min(1, 'must be 1 to 5').max(5, 'must be 1 to 5').nullish(),
  channel: z.enum(Channel).nullish(),
  respondedAt: pastMoment.nullish(),
});
