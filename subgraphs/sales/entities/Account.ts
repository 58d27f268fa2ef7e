import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Customer } from './Customer.js';
import { Employee } from './Employee.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** A customer whom nobody looks after has no row. */
@Entity('account')
@OwnedBy.columns('customerId')
@KeyOfCustomer([], 'since')
@OnErasure.deleteRow
@ObjectType({ description: 'Which employee looks after a customer, and since when.', simpleResolvers: true })
export class Account {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @Column('uuid', { name: 'owner_id' })
  ownerId: string;

  @Column('timestamptz')
  @Field(() => DateTime, { description: 'Since when this employee looks after them.' })
  since: Date;

  @Column('integer', { default: 1 })
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;

  @Field(() => Customer, { nullable: true, description: 'Whom. Null only when identity cannot be asked.' })
  get customer(): Customer {
    return new Customer(this.customerId);
  }

  @Field(() => Employee, {
    nullable: true,
    description: 'Who looks after them. Null only when identity cannot be asked.',
  })
  get owner(): Employee {
    return new Employee(this.ownerId);
  }
}

export const AccountConnection = connectionType(Account, 'Account');
