import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import { text } from '../kit/graph/parseInput.js';
import { SurveyKind } from './surveyKind.js';

@InputType({ description: 'A question to put to customers.' })
export class CreateSurveyInput {
  @Field(() => String, { description: 'What we call it: `After a support case`. At most 200 characters.' })
  title: string;

  @Field(() => SurveyKind, { description: 'What it measures; it decides the scale and never changes.' })
  kind: SurveyKind;

  @Field(() => String, { description: 'The question, as the customer reads it. At most 10,000 characters.' })
  question: string;
}

export const createSurveyInput = z.object({ title: text(200), kind: z.enum(SurveyKind), question: text(10_000) });
