import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Masked } from '../../kit/graph/Masked.js';
import { maskText } from '../../kit/guard/maskText.js';
import { Customer } from './Customer.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const JourneyStatus = enumType('JourneyStatus', 'Whether the customer is still at it.', {
  OPEN: 'They are still at it.',
  CLOSED: 'They have what they wanted, or have given up.',
});
export type JourneyStatus = keyof typeof JourneyStatus;

@Entity('journey')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'One effort of the customer across channels and departments: who emails sales and then calls service is on one journey.',
  simpleResolvers: true,
})
export class Journey {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Masked(maskText)
  @Field(() => String, { description: 'What the customer wants, in our words. At most 200 characters.' })
  subject: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => JourneyStatus, { description: 'Whether they are still at it.' })
  status: JourneyStatus;

  @OnErasure.keep
  @Column('timestamptz', { name: 'opened_at' })
  @Field(() => DateTime, { description: 'When it began.' })
  openedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'last_touch_at' })
  @Field(() => DateTime, { description: 'When its last touchpoint was.' })
  lastTouchAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;

  @Field(() => Customer, { nullable: true, description: 'Whose. Null only when identity cannot be asked.' })
  get customer(): Customer {
    return new Customer(this.customerId);
  }
}

export const JourneyConnection = connectionType(Journey, 'Journey');
