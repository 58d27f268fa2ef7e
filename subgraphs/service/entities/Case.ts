import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Generated, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { Channel } from '../../kit/graph/Channel.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { caseNumber } from '../caseNumber.js';
import { CasePriority } from '../casePriority.js';
import { CaseStatus } from '../caseStatus.js';
import { DurationMetric } from '../../kit/graph/metrics.js';
import { CaseSla, slaOf, type SlaClock } from '../sla.js';
import { timeToResolve } from '../timeToResolve.js';
import { Customer, customerStub } from './Customer.js';
import { Employee, employeeStub } from './Employee.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const CaseKind = enumType('CaseKind', 'What the customer came with.', {
  QUESTION: 'They want to know something.',
  PROBLEM: 'Something does not work for them.',
  COMPLAINT: 'They are dissatisfied with us.',
  ORDER_FOLLOW_UP: 'They ask after an order.',
});
export type CaseKind = keyof typeof CaseKind;

@Entity('service_case')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType('Case', {
  description: 'A matter of a customer that service takes care of, from the first word to its resolution.',
  simpleResolvers: true,
})
export class Case {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  /** Left out of an insert, Postgres gives the next one. */
  @OnErasure.keep
  @Column('integer')
  @Generated('increment')
  serial: number;

  @Field(() => String, {
    description: 'The number by which people speak of it: `C-000123`. Unique, in order of entry.',
  })
  get number(): string {
    return caseNumber(this.serial);
  }

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Field(() => Customer, { nullable: true, description: 'Whose it is. Null only when identity cannot be asked.' })
  get customer(): Customer | null {
    return customerStub(this.customerId);
  }

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Field(() => String, { description: 'What it is about, in one line. At most 200 characters.' })
  subject: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => CaseKind, { description: 'What the customer came with.' })
  kind: CaseKind;

  @OnErasure.keep
  @Column('text')
  @Field(() => Channel, { description: 'Through which channel it came in.' })
  channel: Channel;

  @OnErasure.keep
  @Column('text')
  @Field(() => CasePriority, { description: 'How soon it must be dealt with.' })
  priority: CasePriority;

  @OnErasure.keep
  @Column('text')
  @Field(() => CaseStatus, { description: 'Where it stands.' })
  status: CaseStatus;

  @OnErasure.keep
  @Column('uuid', { name: 'assignee_id', nullable: true })
  assigneeId: string | null;

  @Field(() => Employee, { nullable: true, description: 'Who takes care of it; null when nobody does yet.' })
  get assignee(): Employee | null {
    return employeeStub(this.assigneeId);
  }

  @OnErasure.keep
  @Column('timestamptz', { name: 'opened_at' })
  @Field(() => DateTime, { description: 'When the customer came to us with it.' })
  openedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'first_responded_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When an employee first replied; null while none has.' })
  firstRespondedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'resolved_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was resolved; null while it is not, also when it was reopened.',
  })
  resolvedAt: Date | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, {
    nullable: true,
    description: 'How it was resolved; null while it is not. At most 10,000 characters.',
  })
  resolution: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'first_response_due_at' })
  firstResponseDueAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'resolution_due_at' })
  resolutionDueAt: Date;

  @Field(() => CaseSla, { description: 'Until when it must be answered and resolved, and whether that was kept.' })
  get sla(): CaseSla {
    return slaOf(this, new Date());
  }

  @OnErasure.keep
  @Column('text', { name: 'sla_clock', default: 'ELAPSED' })
  slaClock: SlaClock;

  /** Since when the customer is awaited and the clock stands still; null otherwise, and where that is not known. */
  @OnErasure.keep
  @Column('timestamptz', { name: 'waiting_since', nullable: true })
  waitingSince: Date | null;

  /** How long in all it was not our turn: the customer was awaited, or the case was taken for resolved and reopened. */
  @OnErasure.keep
  @Column('numeric', { name: 'waited_seconds', precision: 19, scale: 3, default: '0' })
  waitedSeconds: string;

  @Field(() => DurationMetric, {
    description:
      'How long we took: resolved - opened - the time in which it was not our turn (the customer was awaited, or the case was taken for resolved before it was reopened), in elapsed time. Null seconds while it is not resolved.',
  })
  get timeToResolve(): DurationMetric {
    return timeToResolve(this);
  }

  @OnErasure.keep
  @Column('smallint', { name: 'escalation_level', default: 0 })
  @Field(() => Int, { description: 'How often it was escalated, 0 to 3.' })
  escalationLevel: number;

  @OnErasure.keep
  @Column('timestamptz', { name: 'escalated_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last escalated; null when it never was.' })
  escalatedAt: Date | null;

  @OnErasure.clear
  @Column('text', { name: 'escalation_reason', nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'Why it was last escalated. At most 10,000 characters.' })
  escalationReason: string | null;

  /** The system that an imported case comes from; null for ours. Unique together with `sourceKey`. */
  @OnErasure.clear
  @Column('text', { nullable: true })
  source: string | null;

  @OnErasure.clear
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @OnErasure.keep
  @Column('boolean', { name: 'demo_linked', default: false })
  @Field(() => Boolean, {
    description:
      'True when an import without customers gave the case to this one for demonstration: it is not really theirs.',
  })
  demoLinked: boolean;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
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

export const CaseConnection = connectionType(Case, 'Case');
