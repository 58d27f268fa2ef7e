import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { SurveyKind } from '../surveyKind.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('survey')
@OwnedBy.nobody('it is what we ask, not what anybody answered')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A question that we put to customers.', simpleResolvers: true })
export class Survey {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'What we call it: `After a support case`. At most 200 characters.' })
  title: string;

  @Column('text')
  @Field(() => SurveyKind, { description: 'What it measures; it decides the scale. It never changes.' })
  kind: SurveyKind;

  @Column('text')
  @Field(() => String, { description: 'The question, as the customer reads it. At most 10,000 characters.' })
  question: string;

  @Column('boolean')
  @Field(() => Boolean, { description: 'Whether it takes responses.' })
  active: boolean;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was closed; null while it is active, and where nobody noted it.',
  })
  closedAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;
}

export const SurveyConnection = connectionType(Survey, 'Survey');
