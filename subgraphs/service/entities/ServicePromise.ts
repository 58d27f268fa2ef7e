import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/Connection.js';
import { DateTime } from '../../kit/DateTime.js';
import { Customer, customerStub } from './Customer.js';

/** The GraphQL type `Promise`; the class has a name of its own because JavaScript's `Promise` is taken. */
@Entity('promise')
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

  @Column('uuid', { name: 'case_id', nullable: true })
  caseId: string | null;

  @Column('text')
  @Field(() => String, { description: 'What we promised. At most 200 characters.' })
  what: string;

  @Column('timestamptz', { name: 'due_at' })
  @Field(() => DateTime, { description: 'Until when.' })
  dueAt: Date;

  @Column('timestamptz', { name: 'kept_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When we kept it; null while we have not.' })
  keptAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;
}

export const PromiseConnection = connectionType(ServicePromise, 'Promise');
