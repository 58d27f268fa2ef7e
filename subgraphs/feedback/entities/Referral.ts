import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Customer, customerStub } from './Customer.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('referral')
@OwnedBy.columns('customerId', 'referredCustomerId')
@KeyOfCustomer([], 'createdAt')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A customer who brought us another. It is never changed.', simpleResolvers: true })
export class Referral {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Field(() => Customer, {
    nullable: true,
    description: 'Who recommended us. Null only when identity cannot be asked.',
  })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  @Column('uuid', { name: 'referred_customer_id' })
  referredCustomerId: string;

  @Field(() => Customer, {
    nullable: true,
    description: 'Whom they brought to us. Null only when identity cannot be asked.',
  })
  get referredCustomer(): Customer | null {
    return customerStub(this.referredCustomerId);
  }

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'How it came about. At most 10,000 characters.' })
  note: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'referred_at' })
  @Field(() => DateTime, { description: 'When they recommended us.' })
  referredAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
  createdAt: Date;
}

export const ReferralConnection = connectionType(Referral, 'Referral');
