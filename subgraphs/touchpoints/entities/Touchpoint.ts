import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Channel } from '../../kit/graph/Channel.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Masked } from '../../kit/graph/Masked.js';
import { maskText } from '../../kit/guard/maskText.js';
import { TouchpointSource } from '../../kit/graph/TouchpointSource.js';
import { Customer } from './Customer.js';
import { Employee } from './Employee.js';
import { JourneyLink, type JourneyLinkReason } from './JourneyLink.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const Direction = enumType('Direction', 'Who came to whom.', {
  INBOUND: 'The customer came to us.',
  OUTBOUND: 'We came to the customer.',
});
export type Direction = keyof typeof Direction;

export const Department = enumType('Department', 'Who of us had to do with it.', {
  SALES: 'From first interest to the close.',
  SERVICE: 'Questions, problems, complaints, promises.',
  MARKETING: 'Campaigns, offers, consents.',
  FEEDBACK: 'Surveys and reviews.',
  OTHER: 'None of those: reception, accounting, delivery.',
});
export type Department = keyof typeof Department;

export const TouchpointKind = enumType('TouchpointKind', 'What happened, in one word.', {
  CONTACT: 'We talked or wrote, and nothing below fits.',
  VISIT: 'They visited: a shop, a branch, the web site, the application.',
  ACTIVITY: 'A salesperson called, wrote, met or presented.',
  OPPORTUNITY: 'A sale began, went on, was won or lost.',
  ORDER: 'They ordered, or an order went on.',
  PAYMENT: 'Money went from one to the other.',
  CASE: 'A question or a problem, or our answer to it.',
  COMPLAINT: 'They complained.',
  PROMISE: 'We promised something, or kept it.',
  CAMPAIGN: 'A campaign reached them, or they answered one.',
  CONSENT: 'They allowed or forbade us something.',
  SURVEY: 'They answered a survey.',
  REVIEW: 'They reviewed us in public.',
  NOTE: 'Something worth knowing that was none of the above.',
});
export type TouchpointKind = keyof typeof TouchpointKind;

export const Sentiment = enumType('Sentiment', 'How the customer felt about it.', {
  POSITIVE: 'Pleased.',
  NEUTRAL: 'Neither.',
  NEGATIVE: 'Displeased.',
});
export type Sentiment = keyof typeof Sentiment;

@Entity('touchpoint')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'One moment in which a customer and we met, through any channel and with any department.',
  simpleResolvers: true,
})
export class Touchpoint {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'occurred_at' })
  @Field(() => DateTime, { description: 'When it happened.' })
  occurredAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'recorded_at' })
  @Field(() => DateTime, { description: 'When we wrote it down, which may be later.' })
  recordedAt: Date;

  /** The order in which touchpoints were recorded, over all customers; Postgres gives it. Text, as Postgres gives a bigint. */
  @OnErasure.keep
  @Column({ type: 'bigint', insert: false, update: false })
  sequence: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => Channel, { description: 'Through which door.' })
  channel: Channel;

  @OnErasure.keep
  @Column('text')
  @Field(() => Direction, { description: 'Who came to whom.' })
  direction: Direction;

  @OnErasure.keep
  @Column('text')
  @Field(() => TouchpointKind, { description: 'What happened, in one word.' })
  kind: TouchpointKind;

  @OnErasure.keep
  @Column('text')
  @Field(() => Department, { description: 'Who of us had to do with it.' })
  department: Department;

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @Masked(maskText)
  @Field(() => String, { description: 'What happened, in a sentence. At most 500 characters.' })
  summary: string;

  /** Its words, to be searched: a trigger makes them of the summary, and so of what erasure writes there. */
  @OnErasure.keep
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false })
  words?: string;

  @OnErasure.keep
  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => Sentiment, { nullable: true, description: 'How the customer felt about it; null when nobody can tell.' })
  sentiment: Sentiment | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The feeling by its name: `anger`, `relief`; null when nobody can tell. At most 50 characters.',
  })
  emotion: string | null;

  @OnErasure.clear
  @Column('text', { name: 'source_type', nullable: true })
  sourceType: string | null;

  @OnErasure.clear
  @Column('text', { name: 'source_id', nullable: true })
  sourceId: string | null;

  /** Whether a subgraph reported it; then several may be about one source. Of a source recorded from outside there is one. */
  @OnErasure.keep
  @Column('boolean', { default: false })
  reported: boolean;

  /** What holds a conversation together across systems. */
  @OnErasure.clear
  @Column('text', { name: 'thread_key', nullable: true })
  threadKey: string | null;

  /** The numbers of orders and cases that the summary names. */
  @OnErasure.write([])
  @Column('text', { name: 'references_named', array: true, default: [] })
  referencesNamed: string[];

  @OnErasure.keep
  @Column('uuid', { name: 'journey_id', nullable: true })
  journeyId: string | null;

  /** Null where it is on no journey, and where a journey came with it from elsewhere. */
  @OnErasure.keep
  @Column('text', { name: 'link_reason', nullable: true })
  linkReason: JourneyLinkReason | null;

  @OnErasure.keep
  @Column('numeric', { name: 'link_confidence', precision: 4, scale: 3, nullable: true })
  linkConfidence: string | null;

  @Field(() => JourneyLink, {
    nullable: true,
    description: 'Why it is on its journey; null where it is on none, or where that is not known.',
  })
  get journeyLink(): JourneyLink | null {
    if (this.linkReason === null || this.linkConfidence === null) return null;
    return { reason: this.linkReason, confidence: Number(this.linkConfidence) };
  }

  @Field(() => Customer, { nullable: true, description: 'With whom. Null only when identity cannot be asked.' })
  get customer(): Customer {
    return new Customer(this.customerId);
  }

  @Field(() => Employee, { nullable: true, description: 'Who of ours was there, when that is known.' })
  get employee(): Employee | null {
    return this.employeeId === null ? null : new Employee(this.employeeId);
  }

  @Field(() => TouchpointSource, {
    nullable: true,
    description:
      'The thing that it is about; null when no system holds one. An order has one touchpoint when it is placed, another when it is delivered.',
  })
  get source(): TouchpointSource | null {
    return this.sourceType === null || this.sourceId === null ? null : { type: this.sourceType, id: this.sourceId };
  }
}

export const TouchpointConnection = connectionType(Touchpoint, 'Touchpoint');
