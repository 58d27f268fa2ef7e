import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/Connection.js';
import { DateTime } from '../../kit/DateTime.js';

@Entity('segment')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Customers who are alike in what matters to an offer.', simpleResolvers: true })
export class Segment {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'Its name; no other segment has it, whatever the case.' })
  name: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Who these customers are and why they matter.' })
  description: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'In words: the rule by which customers belong to it.' })
  rule: string | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;
}

export const SegmentConnection = connectionType(Segment, 'Segment');
