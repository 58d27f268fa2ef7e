import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Money, money } from '../../kit/graph/Money.js';
import { Customer } from './Customer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const OrderStatus = enumType('OrderStatus', 'How far an order has come.', {
  PLACED: 'The customer has ordered.',
  CONFIRMED: 'We have accepted it.',
  SHIPPED: 'It is on its way, or the service has begun.',
  DELIVERED: 'The customer has what they ordered.',
  CANCELLED: 'It will not be carried out. It counts in no revenue.',
});
export type OrderStatus = keyof typeof OrderStatus;

// The table is not called `order`: that is a word of SQL.
@Entity('customer_order')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'What a customer bought at one time.', simpleResolvers: true })
export class Order {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'The number under which the customer knows it. No two orders share one.' })
  number: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => OrderStatus, { description: 'How far it has come.' })
  status: OrderStatus;

  @OnErasure.keep
  @Column('timestamptz', { name: 'placed_at' })
  @Field(() => DateTime, { description: 'When the customer ordered.' })
  placedAt: Date;

  @OnErasure.keep
  @Column('char', { length: 3 })
  currency: string;

  @OnErasure.keep
  @Column('numeric', { name: 'total', precision: 19, scale: 4 })
  totalAmount: string;

  @OnErasure.keep
  @Column('boolean', { name: 'demo_linked', default: false })
  @Field(() => Boolean, {
    description:
      'True when an import without customers gave the order to this one for demonstration: it is not really theirs.',
  })
  demoLinked: boolean;

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

  @Field(() => Customer, { nullable: true, description: 'Who ordered. Null only when identity cannot be asked.' })
  get customer(): Customer {
    return new Customer(this.customerId);
  }

  @Field(() => Money, { description: 'The sum over its lines of quantity x unit price - discount.' })
  get total(): Money {
    return money(this.totalAmount, this.currency);
  }
}

export const OrderConnection = connectionType(Order, 'Order');
