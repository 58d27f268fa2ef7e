import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { Channel } from '../kit/graph/Channel.js';
import { DateTime } from '../kit/graph/DateTime.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { CasePriority } from './casePriority.js';
import { CaseKind } from './entities/Case.js';

@InputType({ description: 'A matter that a customer comes with.' })
export class OpenCaseInput {
  @Field(() => ID, { description: 'Whose it is.' })
  customerId: string;

  @Field(() => String, { description: 'What it is about, in one line. At most 200 characters.' })
  subject: string;

  @Field(() => CaseKind, { description: 'What they come with.' })
  kind: CaseKind;

  @Field(() => Channel, { description: 'Through which channel it came in.' })
  channel: Channel;

  @Field(() => CasePriority, {
    defaultValue: 'NORMAL',
    description: 'How soon it must be dealt with; it decides the due times.',
  })
  priority: CasePriority;

  @Field(() => String, {
    nullable: true,
    description: "The customer's own words; they become its first message. At most 10,000 characters.",
  })
  body?: string | null;

  @Field(() => ID, { nullable: true, description: 'The employee who takes care of it.' })
  assigneeId?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the customer came with it, where that was before now (a letter of yesterday); the due times count from it. Not in the future, at most ten years back. Now by default.',
  })
  openedAt?: Date | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

@InputType({ description: 'A message to a case.' })
export class ReplyToCaseInput {
  @Field(() => String, { description: 'The text. At most 10,000 characters.' })
  body: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Who of us writes; left out, the customer does. Another employee than you needs the scope `staff:act`.',
  })
  employeeId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "With an employee's reply: true, it is now the customer's turn (AWAITING_CUSTOMER); false, it is ours (OPEN); left out, as before. The customer's reply always makes it ours.",
  })
  awaitingCustomer?: boolean | null;
}

@InputType({ description: 'Why a case goes up, and to whom.' })
export class EscalateCaseInput {
  @Field(() => String, { description: 'Why. At most 10,000 characters.' })
  reason: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The employee who takes care of it from now on; left out, as before.',
  })
  assigneeId?: string | null;
}

const id = z.string().toLowerCase();

export const openCaseInput = z.object({
  customerId: id,
  subject: text(200),
  kind: z.enum(CaseKind),
  channel: z.enum(Channel),
  priority: z.enum(CasePriority),
  body: text(10_000).nullish(),
  assigneeId: id.nullish(),
  openedAt: pastMoment.nullish(),
  externalId: externalIdInput.nullish(),
});

export const replyToCaseInput = z
  .object({
    body: text(10_000),
    employeeId: id.nullish(),
    awaitingCustomer: z.boolean().nullish(),
  })
  .refine((input) => typeof input.awaitingCustomer !== 'boolean' || typeof input.employeeId === 'string', {
    path: ['awaitingCustomer'],
    message: "goes with an employee's reply: give employeeId too, or leave it out",
  });

export const escalateCaseInput = z.object({ reason: text(10_000), assigneeId: id.nullish() });

export const resolution = text(10_000);

export const reopenReason = text(10_000);
