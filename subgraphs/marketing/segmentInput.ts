import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import { text } from '../kit/graph/parseInput.js';
import { segmentRule } from './segmentRule.js';
import { SegmentRuleInput } from './SegmentRuleInput.js';

@InputType({ description: 'A new segment by rule.' })
export class CreateSegmentInput {
  @Field(() => String, {
    description: 'Its name, at most 200 characters; no other segment may have it, whatever the case.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Who these customers are and why they matter. At most 10,000 characters.',
  })
  description?: string | null;

  @Field(() => SegmentRuleInput, { description: 'Who belongs to it.' })
  rule: SegmentRuleInput;
}

@InputType({ description: 'What to change of a segment; what is left out stays.' })
export class UpdateSegmentInput {
  @Field(() => String, {
    nullable: true,
    description: 'Its name, at most 200 characters; no other segment may have it, whatever the case.',
  })
  name?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Who these customers are and why they matter. At most 10,000 characters; null takes it away.',
  })
  description?: string | null;

  @Field(() => SegmentRuleInput, {
    nullable: true,
    description:
      'Who belongs to it. A manual segment becomes one by rule and loses the members that the rule does not choose.',
  })
  rule?: SegmentRuleInput;
}

export const createSegmentInput = z.object({
  name: text(200),
  description: text(10_000).nullish(),
  rule: segmentRule,
});

export const updateSegmentInput = z.object({
  name: text(200).optional(),
  description: text(10_000).nullish(),
  rule: segmentRule.optional(),
});
