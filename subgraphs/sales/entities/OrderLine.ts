import { Big } from 'big.js';
import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Money, money } from '../../kit/graph/Money.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Order } from './Order.js';

@Entity('order_line')
@OwnedBy.through('orderId', () => Order)
@ObjectType({
  description: 'One product of an order. All its amounts are in the currency of the order.',
  simpleResolvers: true,
})
export class OrderLine {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId: string;

  @PrimaryColumn('integer')
  @Field(() => Int, { description: 'Its place in the order: 0 is the first line.' })
  position: number;

  @OnErasure.keep
  @Column('uuid', { name: 'product_id' })
  productId: string;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, { description: 'How many units, 1 or more.' })
  quantity: number;

  @OnErasure.keep
  @Column('numeric', { name: 'unit_price', precision: 19, scale: 4 })
  unitPriceAmount: string;

  @OnErasure.keep
  @Column('numeric', { name: 'unit_cost', precision: 19, scale: 4, nullable: true })
  unitCostAmount: string | null;

  @OnErasure.keep
  @Column('numeric', { name: 'discount', precision: 19, scale: 4 })
  discountAmount: string;

  /** The order's; not a column here. Whoever reads lines sets it. */
  currency: string;

  @Field(() => Money, { description: 'The price of one unit at the time of the order.' })
  get unitPrice(): Money {
    return money(this.unitPriceAmount, this.currency);
  }

  @Field(() => Money, { nullable: true, description: 'What one unit cost us; null when nobody knows.' })
  get unitCost(): Money | null {
    return this.unitCostAmount === null ? null : money(this.unitCostAmount, this.currency);
  }

  @Field(() => Money, { description: 'Taken off the whole line, not off each unit.' })
  get discount(): Money {
    return money(this.discountAmount, this.currency);
  }

  @Field(() => Money, { description: 'quantity x unit price - discount.' })
  get total(): Money {
    const total = new Big(this.unitPriceAmount).times(this.quantity).minus(this.discountAmount);
    return money(total.toFixed(), this.currency);
  }
}
