import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { PromiseKind, PromiseStatus, promiseStatus } from '../promiseStatus.js';
import { Customer, customerStub } from './Customer.js';
import { Employee, employeeStub } from './Employee.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** The GraphQL type `Promise`; the class has a name of its own because JavaScript's `Promise` is taken. */
@Entity('promise')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType('Promise', {
  description: 'Something that we owe a customer: a warranty, a commitment, a call back.',
  simpleResolvers: true,
})
export class ServicePromise {
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

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Field(() => String, { description: 'What we promised. At most 200 characters.' })
  what: string;

  @OnErasure.keep
  @Column('text', { default: 'COMMITMENT' })
  @Field(() => PromiseKind, { description: 'What sort of promise.' })
  kind: PromiseKind;

  /** Null for promises of before it was kept. */
  @OnErasure.keep
  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @Field(() => Employee, {
    nullable: true,
    description: 'Who of us promised it; null when that is not known, and once they left while it was owed.',
  })
  get employee(): Employee | null {
    return employeeStub(this.employeeId);
  }

  @Field(() => PromiseStatus, { description: 'Where it stands.' })
  get status(): PromiseStatus {
    return promiseStatus(this, new Date());
  }

  @Field(() => Boolean, { description: 'Whether we owe it still, though its time has passed.' })
  get overdue(): boolean {
    const now = new Date();
    return promiseStatus(this, now) === 'OWED' && this.dueAt < now;
  }

  @OnErasure.keep
  @Column('timestamptz', { name: 'valid_until', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'Until when a WARRANTY is valid; null for a COMMITMENT.' })
  validUntil: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'due_at' })
  @Field(() => DateTime, { description: 'Until when; for a WARRANTY, when it runs out.' })
  dueAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'kept_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When we kept it; null while we have not.' })
  keptAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;
}

export const PromiseConnection = connectionType(ServicePromise, 'Promise');
