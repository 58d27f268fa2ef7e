import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('proposition')
@OwnedBy.nobody('it is what we say to a segment')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'What we hold out to the customers of one segment: why they should choose us, by what they weigh.',
  simpleResolvers: true,
})
export class Proposition {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'segment_id' })
  segmentId: string;

  @Column('text')
  @Field(() => String, { description: 'What we call it. Names may repeat.' })
  name: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'How its price compares, and what that stands for.' })
  price: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'What the brand means to these customers.' })
  brand: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The service that comes with it.' })
  service: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'What the product does for them.' })
  product: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The standard that we keep, and they can hold us to.' })
  standard: string | null;

  /** The system that an import took the row from, and the row's key there. */
  @Column('text', { nullable: true })
  source: string | null;

  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

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

export const PropositionConnection = connectionType(Proposition, 'Proposition');
