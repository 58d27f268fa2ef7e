import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { ReadableAfterWithdrawal } from '../../kit/guard/ReadableAfterWithdrawal.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { ErasureReason } from './Customer.js';

/** That a customer is to be erased, and how far that is. It proves what was done, so it stays; it holds ids only. */
@Entity('erasure')
@OwnedBy.recorded('customerId')
@ReadableAfterWithdrawal()
@ObjectType({
  description: 'The erasure of a customer: who asked for it, what holds it back, and what each subgraph has done.',
  simpleResolvers: true,
})
export class Erasure {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('uuid', { name: 'customer_id' })
  @Field(() => ID, { description: 'Whom, by the id that they had when it was asked for.' })
  customerId: string;

  /** Those of all who were one with the customer when they were erased; nobody before. */
  @OnErasure.keep
  @Column('uuid', { name: 'customer_ids', array: true })
  @Field(() => [ID], {
    description: 'The ids of all who were one with the customer when they were erased; empty before.',
  })
  customerIds: string[];

  /** Under which of these ids the subgraphs know of it; null before. */
  @OnErasure.keep
  @Column('uuid', { name: 'erased_as', nullable: true })
  erasedAs: string | null;

  @OnErasure.keep
  @Column('text')
  @Field(() => ErasureReason, { description: 'Why.' })
  reason: ErasureReason;

  @OnErasure.keep
  @Column('text', { name: 'requested_by' })
  @Field(() => String, { description: 'Who asked for it: the subject of their token.' })
  requestedBy: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'requested_at' })
  @Field(() => DateTime, { description: 'When it was asked for.' })
  requestedAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'started_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the customer was erased in identity, and the other subgraphs were told to; null while it is held.',
  })
  startedAt: Date | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'done_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the last of the subgraphs had given its receipt; null before.',
  })
  doneAt: Date | null;

  /** Those of the list of subgraphs at the time. */
  @OnErasure.keep
  @Column('text', { array: true })
  subgraphs: string[];
}

export const ErasureConnection = connectionType(Erasure, 'Erasure');
