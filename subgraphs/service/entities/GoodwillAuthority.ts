import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Money, money } from '../../kit/graph/Money.js';
import { Employee, employeeStub } from './Employee.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('goodwill_authority')
@OwnedBy.nobody('it is what one of our own people may grant')
@ObjectType({
  description:
    'How much goodwill an employee may grant in a currency. The newest version counts; older ones stay on record and are never changed.',
  simpleResolvers: true,
})
export class GoodwillAuthority {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'employee_id' })
  employeeId: string;

  @Field(() => Employee, { nullable: true, description: 'Who. Null only when identity cannot be asked.' })
  get employee(): Employee | null {
    return employeeStub(this.employeeId);
  }

  @Column('numeric', { name: 'amount', precision: 19, scale: 4 })
  limitValue: string;

  @Column('char', { name: 'currency', length: 3 })
  limitCurrency: string;

  @Field(() => Money, { description: 'The most that they may grant to one customer in any 30 days, all together.' })
  get limit(): Money {
    return money(this.limitValue, this.limitCurrency);
  }

  @Column('integer')
  @Field(() => Int, {
    description:
      'Rises by one with each change, a currency; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;

  @Column('timestamptz', { name: 'set_at' })
  @Field(() => DateTime, { description: 'Since when.' })
  setAt: Date;
}
