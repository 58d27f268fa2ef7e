import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Money, money } from '../../kit/graph/Money.js';
import { Employee } from './Employee.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** How many a customer can have, over all years and currencies. */
export const MAX_CATEGORY_SPENDS = 100;

@Entity('category_spend')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['year', 'currency'], 'updatedAt')
@OnErasure.deleteRow
@ObjectType({
  description:
    'What a customer spends in a year on what we sell, with us and with all others together, as far as sales knows.',
  simpleResolvers: true,
})
export class CategorySpend {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @PrimaryColumn('integer')
  @Field(() => Int, { description: 'The calendar year, UTC.' })
  year: number;

  @PrimaryColumn('char', { length: 3 })
  currency: string;

  @Column('numeric', { name: 'amount', precision: 19, scale: 4 })
  amountValue: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Where we know it from. At most 200 characters.' })
  source: string | null;

  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it was last entered.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;

  @Field(() => Money, { description: 'How much, in all.' })
  get amount(): Money {
    return money(this.amountValue, this.currency);
  }

  @Field(() => Employee, { nullable: true, description: 'Who entered it, when that is known.' })
  get employee(): Employee | null {
    return this.employeeId === null ? null : new Employee(this.employeeId);
  }
}
