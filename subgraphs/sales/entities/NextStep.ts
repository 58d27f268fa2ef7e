import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Employee } from './Employee.js';

@ObjectType({ description: 'What we said that we would do next, and by when.', simpleResolvers: true })
export class NextStep {
  @Field(() => String, { description: 'What to do. At most 500 characters.' })
  description: string;

  @Field(() => DateTime, { description: 'By when.' })
  dueAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was done; null while it is open.' })
  doneAt: Date | null;

  @Field(() => Employee, {
    nullable: true,
    description: 'Who is to do it: whoever did the activity, unless it was handed over.',
  })
  owner: Employee | null;
}

@InputType({ description: 'What we will do next, and by when.' })
export class NextStepInput {
  @Field(() => String, { description: 'What to do. At most 500 characters.' })
  description: string;

  @Field(() => DateTime, {
    description: 'By when: not before the activity itself, and at most ten years ahead.',
  })
  dueAt: Date;
}
