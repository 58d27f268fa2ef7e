import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { Channel } from '../../kit/graph/Channel.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import type { LoopOutcome } from '../LoopOutcome.js';
import { SurveyKind } from '../surveyKind.js';
import { Customer, customerStub } from './Customer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('survey_response')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'What a customer answered to a survey, in a number and in their own words. The answer is never changed.',
  simpleResolvers: true,
})
export class SurveyResponse {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('uuid', { name: 'survey_id' })
  surveyId: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Field(() => Customer, { nullable: true, description: 'Who answered. Null only when identity cannot be asked.' })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  /** The survey's, kept here too, so that metrics read one table. A foreign key holds the two together. */
  @OnErasure.keep
  @Column('text')
  @Field(() => SurveyKind, { description: 'What the survey measures; it decides the scale of `score`.' })
  kind: SurveyKind;

  @OnErasure.keep
  @Column('smallint')
  @Field(() => Int, { description: 'The answer: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7. More is better.' })
  score: number;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What they wrote, word for word. At most 10,000 characters.' })
  verbatim: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The language of `verbatim`, BCP 47: `de-AT`; null when nobody said.',
  })
  language: string | null;

  @OnErasure.keep
  @Column('text', { name: 'respondent_group', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The group to which they belong in this survey: `administrators`. At most 100 characters.',
  })
  respondentGroup: string | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The experience that it is about: `delivery`. At most 200 characters.',
  })
  experience: string | null;

  @OnErasure.keep
  @Column('smallint', { nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: 'How important this experience is to them, 1 (not at all) to 5 (extremely); null when not asked.',
  })
  importance: number | null;

  @OnErasure.keep
  @Column('smallint', { nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: 'What they had expected of it, 1 (little) to 5 (very much); null when not asked.',
  })
  expected: number | null;

  @OnErasure.keep
  @Column('smallint', { nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: 'What they got, in their eyes, on the scale of `expected`; null when not asked.',
  })
  delivered: number | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => Channel, { nullable: true, description: 'Through which channel they answered, where it is known.' })
  channel: Channel | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'responded_at' })
  @Field(() => DateTime, { description: 'When they answered.' })
  respondedAt: Date;

  /** The system that an imported response comes from; null for ours. Unique together with `sourceKey`. */
  @OnErasure.clear
  @Column('text', { nullable: true })
  source: string | null;

  @OnErasure.clear
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @OnErasure.keep
  @Column('boolean', { name: 'demo_linked', default: false })
  @Field(() => Boolean, {
    description:
      'True when an import without customers gave the response to this one for demonstration: it is not really theirs.',
  })
  demoLinked: boolean;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'loop_closed_at', nullable: true })
  loopClosedAt: Date | null;

  @OnErasure.keep
  @Column('uuid', { name: 'loop_employee_id', nullable: true })
  loopEmployeeId: string | null;

  @OnErasure.keep
  @Column('text', { name: 'loop_outcome', nullable: true })
  loopOutcome: LoopOutcome | null;

  @OnErasure.clear
  @Column('text', { name: 'loop_note', nullable: true })
  loopNote: string | null;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change, which is: when its loop is closed.' })
  version: number;
}

export const SurveyResponseConnection = connectionType(SurveyResponse, 'SurveyResponse');
