import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { ActivityKind } from './entities/Activity.js';
import { ActivityDocumentInput, MAX_DOCUMENTS } from './entities/ActivityDocument.js';
import { NextStepInput } from './entities/NextStep.js';

@InputType({ description: 'Something that a salesperson did for or with a customer.' })
export class LogActivityInput {
  @Field(() => ActivityKind, { description: 'What was done.' })
  kind: ActivityKind;

  @Field(() => ID, { description: 'For or with which customer.' })
  customerId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'About which opportunity: one of this customer, or of nobody known.',
  })
  opportunityId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Which employee did it: you by default, where you sign in as one. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;

  @Field(() => String, { description: 'What it was about. At most 200 characters.' })
  subject: string;

  @Field(() => String, { nullable: true, description: 'What was said. At most 10,000 characters.' })
  notes?: string | null;

  @Field(() => String, { nullable: true, description: 'What came of it. At most 1,000 characters.' })
  outcome?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it happened; now when left out. Not in the future, and at most ten years back.',
  })
  occurredAt?: Date | null;

  @Field(() => NextStepInput, { nullable: true, description: 'What follows from it.' })
  nextStep?: NextStepInput | null;

  @Field(() => [ActivityDocumentInput], {
    nullable: true,
    description: 'What was shown, sent or signed. At most 20.',
  })
  documents?: ActivityDocumentInput[] | null;
}

/** Nobody plans further ahead; a later year is a slip. */
const MOST_YEARS_AHEAD = 10;

const dueMoment = z
  .date()
  .refine(
    (moment) => moment.getTime() <= new Date().setFullYear(new Date().getFullYear() + MOST_YEARS_AHEAD),
    `must not lie more than ${MOST_YEARS_AHEAD} years ahead`,
  );

const document = z.object({
  name: text(200),
  url: text(2000).pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
  mimeType: text(127)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as application/pdf')
    .nullish(),
});

export const logActivityInput = z
  .object({
    kind: z.enum(ActivityKind),
    customerId: z.string(),
    opportunityId: z.string().nullish(),
    employeeId: z.string().nullish(),
    subject: text(200),
    notes: text(10_000).nullish(),
    outcome: text(1000).nullish(),
    occurredAt: pastMoment.nullish().transform((moment) => moment ?? new Date()),
    nextStep: z.object({ description: text(500), dueAt: dueMoment }).nullish(),
    documents: z
      .array(document)
      .max(MAX_DOCUMENTS, `must have at most ${MAX_DOCUMENTS} documents`)
      .nullish()
      .transform((documents) => documents ?? []),
  })
  .refine(({ nextStep, occurredAt }) => !nextStep || nextStep.dueAt >= occurredAt, {
    path: ['nextStep', 'dueAt'],
    message: 'must not be before the activity itself',
  });
