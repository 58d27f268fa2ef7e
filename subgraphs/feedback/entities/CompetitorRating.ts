import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Customer, customerStub } from './Customer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('competitor_rating')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'How a customer sees a competitor in one experience, and us beside them. It is never changed.',
  simpleResolvers: true,
})
export class CompetitorRating {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Field(() => Customer, { nullable: true, description: 'Who said it. Null only when identity cannot be asked.' })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'Whom they compared us with. At most 100 characters.' })
  competitor: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'In which experience: `delivery`. At most 200 characters.' })
  experience: string;

  @OnErasure.keep
  @Column('smallint')
  @Field(() => Int, { description: 'How good the competitor is, 1 (worst) to 5 (best).' })
  rating: number;

  @OnErasure.keep
  @Column('smallint', { nullable: true })
  @Field(() => Int, { nullable: true, description: 'How good we are, on the same scale; null when not asked.' })
  ours: number | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What they said, word for word. At most 10,000 characters.' })
  verbatim: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'rated_at' })
  @Field(() => DateTime, { description: 'When they said it.' })
  ratedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
  createdAt: Date;
}

export const CompetitorRatingConnection = connectionType(CompetitorRating, 'CompetitorRating');
