import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { ReadableAfterWithdrawal } from '../../kit/guard/ReadableAfterWithdrawal.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('legal_hold')
@OwnedBy.columns('customerId')
@ReadableAfterWithdrawal()
@ObjectType({
  description:
    'That a customer may not be erased for a while, by law: a lawsuit, an audit. An erasure that is asked for meanwhile waits.',
  simpleResolvers: true,
})
export class LegalHold {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  @Field(() => ID, { description: 'Who may not be erased.' })
  customerId: string;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.administerIdentity)
  @Field(() => String, {
    nullable: true,
    description: 'Why: the law, the file. At most 500 characters. Null once the customer is erased.',
  })
  reason: string | null;

  @OnErasure.keep
  @Column('text', { name: 'placed_by' })
  @Field(() => String, { description: 'Who placed it: the subject of their token.' })
  placedBy: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'placed_at' })
  @Field(() => DateTime, { description: 'When it was placed.' })
  placedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'Until when it holds; null until it is released.' })
  until: Date | null;

  @OnErasure.keep
  @Column('text', { name: 'released_by', nullable: true })
  @Field(() => String, { nullable: true, description: 'Who released it; null while nobody has.' })
  releasedBy: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'released_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was released; null while it was not.' })
  releasedAt: Date | null;
}

export const LegalHoldConnection = connectionType(LegalHold, 'LegalHold');
