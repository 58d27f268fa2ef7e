import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import type { SegmentRule } from '../segmentRule.js';
import { SegmentRuleTree } from '../SegmentRuleTree.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('segment')
@OwnedBy.nobody('who is in it is told by its memberships')
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
  @Field(() => String, {
    nullable: true,
    description:
      'In words: the rule by which customers belong to it. For a segment by rule, what `ruleTree` says; for a manual one, whatever was noted.',
  })
  rule: string | null;

  /** As it was given, checked by `segmentRule`; null for a segment whose members somebody else names. */
  @Column('jsonb', { name: 'rule_tree', nullable: true })
  @Field(() => SegmentRuleTree, {
    nullable: true,
    description:
      'The rule that decides who is a member, kept up to date; null for a manual segment, whose members come from elsewhere.',
  })
  ruleTree: SegmentRule | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last changed; null while it never was.' })
  updatedAt: Date | null;

  @Column('integer')
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;
}

export const SegmentConnection = connectionType(Segment, 'Segment');
