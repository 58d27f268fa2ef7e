import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { text } from '../kit/graph/parseInput.js';
import { pastMoment } from '../kit/graph/pastMoment.js';
import { TraitKind } from './entities/Trait.js';

@InputType({ description: 'What a source has observed of a customer.' })
export class RecordTraitInput {
  @Field(() => ID, { description: 'Of whom.' })
  customerId: string;

  @Field(() => String, { description: 'What was observed: `age_group`. At most 200 characters.' })
  name: string;

  @Field(() => TraitKind, { description: 'What it tells of the customer.' })
  kind: TraitKind;

  @Field(() => String, { description: 'The value, as text: `35-44`. At most 1000 characters.' })
  value: string;

  @Field(() => String, { description: 'Who observed it: `loyalty programme`. At most 100 characters.' })
  source: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was observed: not in the future, at most ten years back. Default: now.',
  })
  observedAt?: Date | null;
}

export const recordTraitInput = z.object({
  customerId: z.string().toLowerCase(),
  name: text(200),
  kind: z.enum(TraitKind),
  value: text(1000),
  source: text(100),
  observedAt: pastMoment.nullish(),
});
