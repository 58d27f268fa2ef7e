import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Customer } from './Customer.js';
import { Employee } from './Employee.js';
import { NextStep } from './NextStep.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const ActivityKind = enumType('ActivityKind', 'What a salesperson did.', {
  CALL: 'Telephoned.',
  EMAIL: 'Wrote or answered an email.',
  MEETING: 'Met, in person or by video.',
  PRESENTATION: 'Showed what we have.',
  NOTE: 'Wrote something down; the customer had no part in it.',
});
export type ActivityKind = keyof typeof ActivityKind;

@Entity('activity')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Something that a salesperson did for or with a customer.', simpleResolvers: true })
export class Activity {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => ActivityKind, { description: 'What was done.' })
  kind: ActivityKind;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.keep
  @Column('uuid', { name: 'opportunity_id', nullable: true })
  opportunityId: string | null;

  @OnErasure.keep
  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Field(() => String, { description: 'What it was about. At most 200 characters.' })
  subject: string;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What was said. At most 10,000 characters.' })
  notes: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What came of it. At most 1,000 characters.' })
  outcome: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'occurred_at' })
  @Field(() => DateTime, { description: 'When it happened.' })
  occurredAt: Date;

  @OnErasure.clear
  @Column('text', { name: 'next_step_description', nullable: true })
  nextStepDescription: string | null;

  @OnErasure.clear
  @Column('timestamptz', { name: 'next_step_due_at', nullable: true })
  nextStepDueAt: Date | null;

  @OnErasure.clear
  @Column('timestamptz', { name: 'next_step_done_at', nullable: true })
  nextStepDoneAt: Date | null;

  /** Who is to take the next step; null for whoever did the activity. */
  @OnErasure.clear
  @Column('uuid', { name: 'next_step_owner_id', nullable: true })
  nextStepOwnerId: string | null;

  /** Whether who was to take it left, and nobody took it over. */
  @OnErasure.keep
  @Column('boolean', { name: 'next_step_released', default: false })
  nextStepReleased: boolean;

  /** Who is to take it, given or not: Postgres fills it from the three others, for lists. */
  @OnErasure.keep
  @Column({ type: 'uuid', name: 'next_step_employee_id', nullable: true, insert: false, update: false })
  nextStepEmployeeId: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was recorded.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;

  @Field(() => Customer, { nullable: true, description: 'For or with whom. Null only when identity cannot be asked.' })
  get customer(): Customer {
    return new Customer(this.customerId);
  }

  @Field(() => Employee, { nullable: true, description: 'Who of ours did it, when that is known.' })
  get employee(): Employee | null {
    return this.employeeId === null ? null : new Employee(this.employeeId);
  }

  @Field(() => NextStep, { nullable: true, description: 'What follows from it; null when nothing does.' })
  get nextStep(): NextStep | null {
    if (this.nextStepDescription === null || this.nextStepDueAt === null) return null;
    const ownerId = this.nextStepReleased ? null : (this.nextStepOwnerId ?? this.employeeId);
    return {
      description: this.nextStepDescription,
      dueAt: this.nextStepDueAt,
      doneAt: this.nextStepDoneAt,
      owner: ownerId === null ? null : new Employee(ownerId),
    };
  }
}

export const ActivityConnection = connectionType(Activity, 'Activity');
