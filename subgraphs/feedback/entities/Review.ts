import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Customer, customerStub } from './Customer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('review')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'What somebody said about us in public.', simpleResolvers: true })
export class Review {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id', nullable: true })
  customerId: string | null;

  @Field(() => Customer, {
    nullable: true,
    description: 'Who wrote it; null when we do not know, as with most public reviews.',
  })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'Where it stands: `Trustpilot`. At most 100 characters.' })
  site: string;

  @OnErasure.keep
  @Column('smallint')
  @Field(() => Int, { description: 'Stars, 1 (worst) to 5 (best).' })
  rating: number;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'Its heading. At most 200 characters.' })
  title: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, {
    nullable: true,
    description: 'What they wrote, word for word; null when they only gave stars. At most 10,000 characters.',
  })
  text: string | null;

  @OnErasure.keep
  @Column('boolean', { nullable: true })
  @Field(() => Boolean, { nullable: true, description: 'Whether they recommend us; null when they do not say.' })
  recommended: boolean | null;

  @OnErasure.keep
  @Column('integer', { name: 'estimated_reach' })
  @Field(() => Int, { description: 'How many people are likely to have read it: an estimate, 0 when there is none.' })
  estimatedReach: number;

  @OnErasure.keep
  @Column('timestamptz', { name: 'published_at' })
  @Field(() => DateTime, { description: 'When it was published.' })
  publishedAt: Date;

  /** The system that an imported review comes from; null for ours. Unique together with `sourceKey`. */
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
      'True when an import without customers gave the review to this one for demonstration: it is not really theirs.',
  })
  demoLinked: boolean;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
  createdAt: Date;
}

export const ReviewConnection = connectionType(Review, 'Review');
