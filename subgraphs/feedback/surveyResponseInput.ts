import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

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
    description: 'The language of `verbatim`, BCP 47: `de-AT`. Its sentiment is scored only where this is given.',
  })
  language?: string | null;

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

  @Field(() => Int, { nullable: true, description: 'What they had expected of it, 1 (little) to 5 (very much).' })
  expected?: number | null;

  @Field(() => Int, { nullable: true, description: 'What they got, in their eyes, on the scale of `expected`.' })
  delivered?: number | null;

  @Field(() => Channel, { nullable: true, description: 'Through which channel they answered.' })
  channel?: Channel | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When they answered, where that was before now. Not in the future, at most ten years back. Now by default.',
  })
  respondedAt?: Date | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

/** 1 to 5. */
const oneToFive = z.int().min(1, 'must be 1 to 5').max(5, 'must be 1 to 5');

/** A language tag in its canonical spelling, BCP 47: https://www.rfc-editor.org/info/bcp47 */
const languageTag = z
  .string()
  .trim()
  .max(35, 'must have at most 35 characters')
  .transform((tag, check) => {
    try {
      const [canonical] = Intl.getCanonicalLocales(tag);
      if (canonical !== undefined) return canonical;
    } catch {
      // Said below.
    }
    check.addIssue({ code: 'custom', message: 'is not a BCP 47 language tag such as de-AT' });
    return z.NEVER;
  });

export const submitSurveyResponseInput = z.object({
  surveyId: z.string(),
  customerId: z.string(),
  score: z.int(),
  verbatim: text(10_000).nullish(),
  language: languageTag.nullish(),
  respondentGroup: text(100).nullish(),
  experience: text(200).nullish(),
  importance: oneToFive.nullish(),
  expected: oneToFive.nullish(),
  delivered: oneToFive.nullish(),
  channel: z.enum(Channel).nullish(),
  respondedAt: pastMoment.nullish(),
  externalId: externalIdInput.nullish(),
});
