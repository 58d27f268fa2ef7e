import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Money, money } from '../../kit/graph/Money.js';
import { Customer, customerStub } from './Customer.js';
import { Employee, employeeStub } from './Employee.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('goodwill')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'Something given to a customer to make up for a fault of ours. It is never changed.',
  simpleResolvers: true,
})
export class Goodwill {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Field(() => Customer, { nullable: true, description: 'To whom. Null only when identity cannot be asked.' })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  @OnErasure.keep
  @Column('uuid', { name: 'case_id', nullable: true })
  caseId: string | null;

  @OnErasure.keep
  @Column('numeric', { name: 'amount', precision: 19, scale: 4 })
  amountValue: string;

  @OnErasure.keep
  @Column('char', { name: 'currency', length: 3 })
  amountCurrency: string;

  @Field(() => Money, { description: 'How much it is worth; more than zero.' })
  get amount(): Money {
    return money(this.amountValue, this.amountCurrency);
  }

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'Why. At most 10,000 characters.' })
  reason: string;

  @OnErasure.keep
  @Column('uuid', { name: 'employee_id' })
  employeeId: string;

  @Field(() => Employee, { nullable: true, description: 'Who granted it. Null only when identity cannot be asked.' })
  get employee(): Employee | null {
    return employeeStub(this.employeeId);
  }

  @OnErasure.keep
  @Column('numeric', { name: 'authority_limit', precision: 19, scale: 4, nullable: true })
  authorityLimit: string | null;

  @Field(() => Money, {
    nullable: true,
    description:
      'What the employee might grant at that time: to one customer in 30 days. Null where that was not recorded: before there were limits, or in another system.',
  })
  get authority(): Money | null {
    return this.authorityLimit === null ? null : money(this.authorityLimit, this.amountCurrency);
  }

  @OnErasure.keep
  @Column('timestamptz', { name: 'granted_at' })
  @Field(() => DateTime, { description: 'When.' })
  grantedAt: Date;
}

export const GoodwillConnection = connectionType(Goodwill, 'Goodwill');
