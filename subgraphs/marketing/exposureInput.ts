import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

export const ExposureResponse = enumType('ExposureResponse', 'What a customer did about what they were sent.', {
  OPENED: 'They opened it. Not for the control group.',
  CLICKED: 'They clicked something in it, so they opened it too. Not for the control group.',
  RESPONDED: 'They did what the campaign is for.',
});
export type ExposureResponse = keyof typeof ExposureResponse;

@InputType({ description: 'That a campaign reached a customer, or left them out as one of its control group.' })
export class RecordExposureInput {
  @Field(() => ID, { description: 'Which campaign.' })
  campaignId: string;

  @Field(() => ID, { description: 'Whom it reached, or left out.' })
  customerId: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was sent, or would have been: not in the future, at most ten years back. Default: now.',
  })
  sentAt?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the customer is of the control group, and was sent nothing. Default: false.',
  })
  control?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'The system that sent it: `mail system`. At most 100 characters; needed with `sourceKey`.',
  })
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The key of the message there, at most 200 characters: the same again returns the exposure that is there. Needed with `source`.',
  })
  sourceKey?: string | null;
}

@InputType({ description: 'What a customer did about what they were sent.' })
export class RecordExposureResponseInput {
  @Field(() => ID, { description: 'Which exposure.' })
  exposureId: string;

  @Field(() => ExposureResponse, { description: 'What they did.' })
  response: ExposureResponse;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When: not before it was sent, not in the future. Default: now.',
  })
  at?: Date | null;
}

const nullable = <T>(value: T | null | undefined): T | null => value ?? null;

export const recordExposureInput = z
  .object({
    campaignId: z.string().toLowerCase(),
    customerId: z.string().toLowerCase(),
    sentAt: pastMoment.nullish(),
    control: z
      .boolean()
      .nullish()
      .transform((control) => control ?? false),
    source: text(100).nullish().transform(nullable),
    sourceKey: text(200).nullish().transform(nullable),
  })
  .refine(({ source, sourceKey }) => (source === null) === (sourceKey === null), {
    message: 'needs source as well',
    path: ['sourceKey'],
  });

export const recordExposureResponseInput = z.object({
  exposureId: z.string().toLowerCase(),
  response: z.enum(ExposureResponse),
  at: pastMoment.nullish(),
});
