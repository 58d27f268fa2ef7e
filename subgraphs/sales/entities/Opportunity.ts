import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime, LocalDate } from '../../kit/graph/DateTime.js';
import { Money, money } from '../../kit/graph/Money.js';
import { OpportunityStage } from '../opportunityStages.js';
import { Customer } from './Customer.js';
import { Employee } from './Employee.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('opportunity')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A sale that may come about, from first interest to the close.', simpleResolvers: true })
export class Opportunity {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id', nullable: true })
  customerId: string | null;

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Field(() => String, { description: 'What it is about. At most 200 characters.' })
  name: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => OpportunityStage, { description: 'How far it has come.' })
  stage: OpportunityStage;

  @OnErasure.keep
  @Column('numeric', { name: 'amount', precision: 19, scale: 4, nullable: true })
  amountValue: string | null;

  @OnErasure.keep
  @Column('char', { length: 3, nullable: true })
  currency: string | null;

  /** Exact text, as Postgres gives a `numeric`. */
  @OnErasure.keep
  @Column('numeric', { precision: 5, scale: 4 })
  @Field(() => Float, {
    description:
      'How likely it is to be won, 0 to 1: 1 when won, 0 when lost, else the usual value of the stage (PROSPECTING 0.1, QUALIFICATION 0.2, PROPOSAL 0.4, NEGOTIATION 0.6, COMMITTED 0.9) unless another was given.',
  })
  probability: string;

  @OnErasure.keep
  @Column('date', { name: 'expected_close_on', nullable: true })
  @Field(() => LocalDate, { nullable: true, description: 'The day by which it should be decided.' })
  expectedCloseOn: string | null;

  @OnErasure.keep
  @Column('uuid', { name: 'owner_id', nullable: true })
  ownerId: string | null;

  @OnErasure.keep
  @Column('uuid', { name: 'product_id', nullable: true })
  productId: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'opened_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it began; null when the system it came from does not say.',
  })
  openedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'closed_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was won or lost; null while it is open.' })
  closedAt: Date | null;

  @OnErasure.clear
  @Column('text', { name: 'lost_reason', nullable: true })
  @Field(() => String, { nullable: true, description: 'Why it was lost, in our words.' })
  lostReason: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Who else is, or was, after it.' })
  competitor: string | null;

  /** The system from which the opportunity was imported, and its key there. */
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
      'True when an import without customers gave the opportunity to this one for demonstration: it is not really theirs.',
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
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;

  @Field(() => Customer, { nullable: true, description: 'Who may buy; null while no account is known.' })
  get customer(): Customer | null {
    return this.customerId === null ? null : new Customer(this.customerId);
  }

  @Field(() => Employee, { nullable: true, description: 'Who of ours pursues it.' })
  get owner(): Employee | null {
    return this.ownerId === null ? null : new Employee(this.ownerId);
  }

  @Field(() => Money, { nullable: true, description: 'What it is worth; null while nobody knows.' })
  get amount(): Money | null {
    return this.amountValue === null || this.currency === null ? null : money(this.amountValue, this.currency);
  }
}

export const OpportunityConnection = connectionType(Opportunity, 'Opportunity');
